import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import type { Violation } from '../types/Violation.ts';
import { compileSchema } from './compileSchema.ts';
import { violationsOf } from './violationsOf.ts';

function violations(schema: JsonObject, payload: JsonObject) {
  return violationsOf(compileSchema(schema)(payload), { eventId: 'e-1' } as DomainEvent, 0, schema);
}

describe('violationsOf', () => {
  it('names the field, the rule, what was expected and what was found', () => {
    const schema = { properties: { items: { items: { properties: { price: { type: 'number' } } } } } };

    expect(violations(schema, { items: [{ price: 'ten' }] })).toEqual([
      {
        eventIndex: 0,
        eventId: 'e-1',
        pointer: '/payload/items/0/price',
        keyword: 'type',
        expected: 'number',
        found: '"ten"',
        message: '/payload/items/0/price must be number, found "ten"',
      },
    ]);
  });

  it('points at a property that is missing or one too many', () => {
    const schema = { properties: { 'a/b': {} }, required: ['a/b'], additionalProperties: false };

    expect(
      violations(schema, { other: 1 })
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/payload/a~1b', '/payload/other']);
  });

  it('shortens what was found, and describes arrays and objects', () => {
    const schema = { properties: { a: { type: 'number' }, b: { type: 'number' }, c: { type: 'number' } } };

    const found = violations(schema, { a: 'x'.repeat(1_000), b: [1, 2], c: {} }).map((violation) => violation.found);

    expect(found).toEqual([`"${'x'.repeat(59)}…`, 'an array of 2 items', 'an object']);
  });

  const many = Array.from({ length: 50 }, (_, index) => index);
  it.each<[JsonObject, JsonValue, Partial<Violation>]>([
    [{ required: ['a'] }, {}, { pointer: '/payload/a', expected: ['a'], message: 'is required; add it' }],
    [{ dependentRequired: { b: ['a'] } }, { b: 1 }, { pointer: '/payload/a', message: 'is required; add it' }],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#', dependencies: { b: ['a'] } },
      { b: 1 },
      { pointer: '/payload/a', message: 'is required; add it' },
    ],
    [
      { additionalProperties: false },
      { a: 1 },
      { pointer: '/payload/a', expected: false, message: 'is not in the schema; leave it out' },
    ],
    [
      { unevaluatedProperties: false },
      { a: 1 },
      { pointer: '/payload/a', expected: false, message: 'is not in the schema; leave it out' },
    ],
    [{ enum: ['x', 7] }, true, { expected: ['x', 7], found: 'true', message: 'must be one of ["x",7], found true' }],
    [
      { enum: many },
      'x',
      {
        expected: many,
        found: '"x"',
        message: 'must be one of [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,…, found "x"',
      },
    ],
    [{ const: { b: 1 } }, null, { found: 'null', message: 'must be {"b":1}, found null' }],
    [{ const: 'x' }, 7, { expected: 'x', found: '7', message: 'must be "x", found 7' }],
    [
      { maxLength: 3 },
      'four',
      { expected: 3, found: '"four"', message: 'must NOT have more than 3 characters, found "four"' },
    ],
    [
      { type: ['number', 'null'] },
      'x'.repeat(58),
      {
        expected: ['number', 'null'],
        found: `"${'x'.repeat(58)}"`,
        message: `must be number,null, found "${'x'.repeat(58)}"`,
      },
    ],
    [
      { 'x-nexus-pii': true, type: 'number' },
      'x',
      {
        expected: 'number',
        found: 'a value that the schema marks as personal',
        message: 'must be number, found a value that the schema marks as personal',
      },
    ],
    [
      { properties: { a: { 'x-nexus-pii': true, properties: { b: { type: 'number' } } } } },
      { a: { b: 'x' } },
      {
        pointer: '/payload/a',
        keyword: 'type',
        expected: 'number',
        found: 'a value that the schema marks as personal',
        message: 'breaks the rule type somewhere within, found a value that the schema marks as personal',
      },
    ],
  ])('says of %j what to do about %j', (schema, payload, { message, ...told }) => {
    const pointer = told.pointer ?? '/payload';
    const keyword = told.keyword ?? Object.keys(schema).findLast((key) => !key.startsWith('$'));

    expect(violations(schema, payload as JsonObject)).toStrictEqual([
      { eventIndex: 0, eventId: 'e-1', pointer, keyword, ...told, message: `${pointer} ${message}` },
    ]);
  });

  it('says of a name that breaks a rule that it is a name, and does not quote it', () => {
    const [name] = violations({ propertyNames: { maxLength: 3 } }, { long: 1 });

    expect(name).toStrictEqual({
      eventIndex: 0,
      eventId: 'e-1',
      pointer: '/payload',
      keyword: 'maxLength',
      expected: 3,
      message: '/payload has a property whose name must NOT have more than 3 characters',
    });
  });

  it('tells at most 100 violations', () => {
    expect(violations({ items: { type: 'string' } }, many.concat(many, many) as never)).toHaveLength(100);
  });

  const secret = 'hunter2-secret';
  const conditional = JSON.parse('{"if":{},"then":{"properties":{"a":{"x-nexus-pii":true}}}}') as JsonObject;
  it.each<[string, JsonObject, JsonObject]>([
    ['directly', { properties: { a: { type: 'number', 'x-nexus-pii': true } } }, { a: secret }],
    [
      'above it',
      { properties: { a: { 'x-nexus-pii': true, properties: { b: { type: 'number' } } } } },
      { a: { b: secret } },
    ],
    [
      'beside it, in allOf',
      { properties: { a: { allOf: [{ 'x-nexus-pii': true }, { type: 'number' }] } } },
      { a: secret },
    ],
    [
      'by reference',
      { properties: { a: { $ref: '#/$defs/s' } }, $defs: { s: { type: 'number', 'x-nexus-pii': true } } },
      { a: secret },
    ],
    ['in items', { properties: { a: { items: { enum: [1], 'x-nexus-pii': true } } } }, { a: [secret] }],
    ['in prefixItems', { properties: { a: { prefixItems: [{ enum: [1], 'x-nexus-pii': true }] } } }, { a: [secret] }],
    ['in a branch of if', { ...conditional, properties: { a: { type: 'number' } } }, { a: secret }],
    ['by pattern', { patternProperties: { '^a': { type: 'number', 'x-nexus-pii': true } } }, { a1: secret }],
    [
      'under dependencies',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        properties: { a: { type: 'number' } },
        dependencies: { a: { properties: { a: { 'x-nexus-pii': true } } } },
      },
      { a: secret },
    ],
    [
      'behind a reference within a nested $id',
      { properties: { a: { $id: 'https://x.y/a', allOf: [{ $ref: '#/$defs/n' }], $defs: { n: { type: 'number' } } } } },
      { a: secret },
    ],
    ['as the name of a property', { propertyNames: { maxLength: 3 } }, { [secret]: 1 }],
    [
      'by a key below it',
      { properties: { a: { 'x-nexus-pii': true, additionalProperties: { type: 'number' } } } },
      { a: { [secret]: 'x' } },
    ],
    ['as an additional property', { additionalProperties: { type: 'number', 'x-nexus-pii': true } }, { any: secret }],
  ])('never shows the value of a field that is marked as personal %s', (_where, schema, payload) => {
    const found = violations(schema, payload);

    expect(found.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
