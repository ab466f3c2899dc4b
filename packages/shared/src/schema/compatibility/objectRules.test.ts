import { describe, expect, it } from 'vitest';
import { type Case, compared, inBothDrafts, objectOf } from './testing/compared.ts';

const TEXT = { type: 'string' };
const COUNT = { type: 'number' };
const CLOSED = { additionalProperties: false };
const TEXTS = { additionalProperties: TEXT };

const PATTERNS: readonly Case[] = [
  [
    'a pattern of names is added to an open object',
    objectOf({}),
    objectOf({}, { patternProperties: { '^x-': TEXT } }),
    ['PATTERN_PROPERTIES_ADDED_TO_OPEN_CONTENT_MODEL /patternProperties/^x-'],
  ],
  [
    'a pattern of names is added to a closed object',
    objectOf({ a: TEXT }, CLOSED),
    objectOf({ a: TEXT }, { ...CLOSED, patternProperties: { '^x-': TEXT } }),
    [],
  ],
  [
    'a pattern meets a listed property',
    objectOf({ 'x-a': COUNT }, CLOSED),
    objectOf({ 'x-a': COUNT }, { ...CLOSED, patternProperties: { '^x-': TEXT } }),
    ['TYPE_CHANGED /patternProperties/^x-/type'],
  ],
  [
    'a pattern is widened',
    objectOf({}, { patternProperties: { '^x-': { type: 'integer' } } }),
    objectOf({}, { patternProperties: { '^x-': COUNT } }),
    [],
  ],
  [
    'a pattern is narrowed',
    objectOf({}, { patternProperties: { '^x-': COUNT } }),
    objectOf({}, { patternProperties: { '^x-': { type: 'integer' } } }),
    ['TYPE_NARROWED /patternProperties/^x-/type'],
  ],
  [
    'a pattern is replaced by additionalProperties that cover it',
    objectOf({}, { ...CLOSED, patternProperties: { '^x-': TEXT } }),
    objectOf({}, TEXTS),
    [],
  ],
  [
    'a pattern is removed from a closed object',
    objectOf({}, { ...CLOSED, patternProperties: { '^x-': TEXT } }),
    objectOf({}, CLOSED),
    ['ADDITIONAL_PROPERTIES_REMOVED /additionalProperties'],
  ],
  [
    'a listed property is covered by a pattern instead',
    objectOf({ 'x-a': TEXT }, CLOSED),
    objectOf({}, { ...CLOSED, patternProperties: { '^x-': TEXT } }),
    [],
  ],
  [
    'names are restricted',
    objectOf({}),
    objectOf({}, { propertyNames: { maxLength: 3 } }),
    ['PROPERTY_NAMES_ADDED /propertyNames'],
  ],
  [
    'names are restricted to those of a closed object',
    objectOf({ a: TEXT, b: TEXT }, CLOSED),
    objectOf({}, { propertyNames: { enum: ['a', 'b', 'c'] } }),
    [],
  ],
  [
    'names are restricted less',
    objectOf({}, { propertyNames: { maxLength: 3 } }),
    objectOf({}, { propertyNames: { maxLength: 4 } }),
    [],
  ],
  [
    'names are restricted more',
    objectOf({}, { propertyNames: { maxLength: 3 } }),
    objectOf({}, { propertyNames: { maxLength: 2 } }),
    ['MAX_LENGTH_DECREASED /propertyNames/maxLength'],
  ],
];

const COUNTS: readonly Case[] = [
  ['maxProperties is added', objectOf({}), objectOf({}, { maxProperties: 3 }), ['MAX_PROPERTIES_ADDED /maxProperties']],
  ['maxProperties rises', objectOf({}, { maxProperties: 3 }), objectOf({}, { maxProperties: 4 }), []],
  [
    'maxProperties falls',
    objectOf({}, { maxProperties: 3 }),
    objectOf({}, { maxProperties: 2 }),
    ['MAX_PROPERTIES_DECREASED /maxProperties'],
  ],
  [
    'maxProperties that a closed object keeps anyway',
    objectOf({ a: TEXT }, CLOSED),
    objectOf({ a: TEXT }, { ...CLOSED, maxProperties: 1 }),
    [],
  ],
  [
    'minProperties rises',
    objectOf({}, { minProperties: 1 }),
    objectOf({}, { minProperties: 2 }),
    ['MIN_PROPERTIES_INCREASED /minProperties'],
  ],
  [
    'minProperties that required properties keep anyway',
    objectOf({ a: TEXT }, { required: ['a'] }),
    objectOf({ a: TEXT }, { minProperties: 1 }),
    [],
  ],
];

const DEPENDENCIES: readonly Case[] = [
  [
    'a dependency is added',
    objectOf({}),
    objectOf({}, { dependencies: { a: ['b'] } }),
    ['DEPENDENCY_ARRAY_ADDED /dependencies/a'],
  ],
  ['a dependency is removed', objectOf({}, { dependencies: { a: ['b'] } }), objectOf({}), []],
  [
    'a dependency is extended',
    objectOf({}, { dependencies: { a: ['b'] } }),
    objectOf({}, { dependencies: { a: ['b', 'c'] } }),
    ['DEPENDENCY_ARRAY_EXTENDED /dependencies/a'],
  ],
  [
    'a dependency changes',
    objectOf({}, { dependencies: { a: ['b'] } }),
    objectOf({}, { dependencies: { a: ['c'] } }),
    ['DEPENDENCY_ARRAY_CHANGED /dependencies/a'],
  ],
  [
    'a dependency asks for what is required anyway',
    objectOf({}, { required: ['b'] }),
    objectOf({}, { dependencies: { a: ['b'] } }),
    [],
  ],
  [
    'a dependency of a property that cannot be there',
    objectOf({ b: TEXT }, CLOSED),
    objectOf({ b: TEXT }, { ...CLOSED, dependencies: { a: ['c'] } }),
    [],
  ],
  [
    'a dependency follows from a chain of others',
    objectOf({}, { dependencies: { a: ['b'], b: ['c'] } }),
    objectOf({}, { dependencies: { a: ['c'] } }),
    [],
  ],
  [
    'a schema dependency is added',
    objectOf({}),
    objectOf({}, { dependencies: { a: { required: ['b'] } } }),
    ['DEPENDENCY_SCHEMA_ADDED /dependencies/a'],
  ],
  [
    'a schema dependency says the same as a list',
    objectOf({}, { dependencies: { a: ['b'] } }),
    objectOf({}, { dependencies: { a: { required: ['b'] } } }),
    [],
  ],
];

const MODERN: readonly Case[] = [
  [
    'dependentRequired is added',
    objectOf({}),
    objectOf({}, { dependentRequired: { a: ['b'] } }),
    ['DEPENDENCY_ARRAY_ADDED /dependentRequired/a'],
  ],
  [
    'dependentSchemas are widened',
    objectOf({}, { dependentSchemas: { a: objectOf({ b: { type: 'integer' } }) } }),
    objectOf({}, { dependentSchemas: { a: objectOf({ b: COUNT }) } }),
    [],
  ],
  [
    'dependentSchemas are narrowed',
    objectOf({}, { dependentSchemas: { a: objectOf({ b: COUNT }) } }),
    objectOf({}, { dependentSchemas: { a: objectOf({ b: { type: 'integer' } }) } }),
    ['TYPE_NARROWED /dependentSchemas/a/properties/b/type'],
  ],
  [
    'unevaluatedProperties false closes an object',
    { ...objectOf({ a: TEXT }), unevaluatedProperties: false },
    objectOf({ a: TEXT, b: COUNT }, CLOSED),
    [],
  ],
  [
    'unevaluatedProperties false sees into allOf',
    { allOf: [objectOf({ a: TEXT }), objectOf({ b: COUNT })], unevaluatedProperties: false },
    objectOf({ a: TEXT, b: COUNT }, CLOSED),
    [],
  ],
  [
    'unevaluatedProperties false leaves open what depends on the data',
    { ...objectOf({ a: TEXT }), anyOf: [objectOf({ b: TEXT }), {}], unevaluatedProperties: false },
    objectOf({ a: TEXT }, CLOSED),
    ['ADDITIONAL_PROPERTIES_REMOVED /additionalProperties'],
  ],
  [
    'unevaluatedProperties false may meet what only a branch lists',
    objectOf({ a: TEXT, b: TEXT }, { required: ['b'], ...CLOSED }),
    { ...objectOf({ a: TEXT }), anyOf: [objectOf({ b: TEXT })], unevaluatedProperties: false },
    ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL /properties/b'],
  ],
  [
    'dependentSchemas concern objects only',
    { type: ['object', 'string'], required: ['a'], dependentSchemas: { a: { type: 'array' } } },
    { type: 'object' },
    ['TYPE_NARROWED /type'],
  ],
  [
    'an open object is closed by unevaluatedProperties',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT }, { unevaluatedProperties: false }),
    ['UNEVALUATED_PROPERTIES_REMOVED /unevaluatedProperties'],
  ],
  [
    'unevaluatedProperties with a schema narrow',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT }, { unevaluatedProperties: TEXT }),
    ['UNEVALUATED_PROPERTIES_NARROWED /unevaluatedProperties'],
  ],
];

describe('checkCompatibility of names, counts and dependencies', () => {
  it.each(inBothDrafts([...PATTERNS, ...COUNTS, ...DEPENDENCIES]))(
    '%s (%s)',
    (_fact, draft, _name, earlier, proposed, kinds) => {
      expect(compared(draft, earlier, proposed)).toEqual(kinds);
    },
  );

  it.each(MODERN)('%s (2020-12)', (_fact, earlier, proposed, kinds) => {
    expect(compared('2020-12', earlier, proposed)).toEqual(kinds);
  });
});
