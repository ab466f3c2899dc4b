import { expect, it } from 'vitest';
import type { JsonObject } from '../types/json.ts';
import { personalDepth } from './personalData.ts';

const PII = { 'x-nexus-pii': true };

/** A schema in which `name` refers by `$ref`. */
function referring($ref: string, more: JsonObject = {}): JsonObject {
  return { properties: { name: { $ref } }, ...more };
}

it.each<[where: string, schema: JsonObject, segments: string[], depth: number]>([
  ['the payload itself', PII, ['a', 'b'], 0],
  ['the payload, of which a field is asked for', { allOf: [{}, PII] }, ['a'], 0],
  ['the first of two levels', { properties: { a: { allOf: [{ type: 'object' }, PII] } } }, ['a', 'b'], 1],
  ['the last level', { properties: { a: { properties: { b: PII } } } }, ['a', 'b'], 2],
  ['additional items', { items: [{}], additionalItems: PII }, ['1'], 1],
  ['unevaluated properties', { unevaluatedProperties: PII }, ['a'], 1],
  ['unevaluated items', { unevaluatedItems: PII }, ['1'], 1],
  ['items that are contained', { contains: PII }, ['1'], 1],
  ['an item of a list', { items: [{}, PII] }, ['1'], 1],
  ['the target of a reference', referring('#/$defs/s', { $defs: { s: PII } }), ['name'], 1],
  [
    'the target of a dynamic reference',
    { properties: { a: { $dynamicRef: '#/$defs/s' } }, $defs: { s: PII } },
    ['a'],
    1,
  ],
  ['a target with a slash in its name', referring('#/$defs/a~1b', { $defs: { 'a/b': PII } }), ['name'], 1],
  ['a target with a tilde in its name', referring('#/$defs/a~0b', { $defs: { 'a~b': PII } }), ['name'], 1],
  ['a target with a space in its name', referring('#/$defs/a%20b', { $defs: { 'a b': PII } }), ['name'], 1],
  ['an item of a list that is referred to', referring('#/x-forms/1', { 'x-forms': [{}, PII] }), ['name'], 1],
])('finds the mark on %s', (_where, schema, segments, depth) => {
  expect(personalDepth(schema, segments)).toBe(depth);
});

it.each<[what: string, schema: JsonObject]>([
  ['a reference to an anchor', referring('#name', { $defs: { s: { $anchor: 'name' } } })],
  ['a reference to another document', referring('other.json#/$defs/s', { $defs: { s: {} } })],
  ['a reference to what is not there', referring('#/$defs/t', { $defs: { s: {} } })],
  ['a reference below what is not there', referring('#/$defs/t/u/v', { $defs: { s: {} } })],
  ['a reference below a text', referring('#/title/length/x', { title: 'name' })],
  ['a reference below null', referring('#/default/a/b', { default: null })],
  ['a reference to null', referring('#/default', { default: null })],
  ['a reference to a list', referring('#/allOf', { allOf: [{}] })],
  ['a reference to what objects inherit', referring('#/constructor')],
  ['another $id', referring('#/$defs/s', { $defs: { s: {}, t: { $id: 'https://x.y/t' } } })],
  ['another $id, in a list', referring('#/$defs/s', { $defs: { s: {} }, anyOf: [{}, { $id: 'https://x.y/t' }] })],
])('counts a field as marked where the schema has %s', (_what, schema) => {
  expect(personalDepth(schema, ['name'])).toBe(1);
});

it.each<[what: string, schema: JsonObject]>([
  ['no mark', { properties: { name: {} } }],
  ['a mark that is not true', { properties: { name: { 'x-nexus-pii': false } } }],
  ['a mark on another field', { properties: { other: PII } }],
  ['a mark below', { properties: { name: { properties: { first: PII } } } }],
  ['a target without a mark', referring('#/$defs/s', { $defs: { s: {} } })],
  ['a reference to its root', referring('#')],
  ['references that lead round in a circle', referring('#/$defs/s', { $defs: { s: { $ref: '#/$defs/s' } } })],
  ['an $id of its own alone', referring('#/$defs/s', { $id: 'https://x.y/s', $defs: { s: {} } })],
  ['a field whose name is $id', referring('#/$defs/s', { $defs: { s: { properties: { $id: { type: 'string' } } } } })],
  ['true and null beside it', { properties: { name: true }, default: null, anyOf: [true, {}], not: false }],
])('does not count a field as marked where the schema has %s', (_what, schema) => {
  expect(personalDepth(schema, ['name'])).toBeUndefined();
});
