import { expect, it } from 'vitest';
import type { JsonObject } from '../../types/json.ts';
import { checkCompatibility } from './checkCompatibility.ts';

const NUMBER = { type: 'number' };
const TEXT = { type: 'string' };
const LIST = { type: 'array' };
const OBJECT = { type: 'object' };
const CLOSED = { type: 'object', additionalProperties: false };
/** Both are needed to cover a text, and neither is known to. */
const SHORT_OR_LONG = [
  { type: 'string', maxLength: 1 },
  { type: 'string', minLength: 5 },
];
const CONTAINS = { type: 'array', contains: NUMBER };

const CONDITIONAL = JSON.parse('{"if":{"type":"string"},"then":{"maxLength":5}}') as JsonObject;

/** The message, in which `NEW` and `OLD` stand for the proposed schema and the version before. */
const CASES: readonly (readonly [kind: string, earlier: JsonObject, proposed: JsonObject, message: string])[] = [
  [
    'UNIQUE_ITEMS_ADDED',
    LIST,
    { ...LIST, uniqueItems: true },
    '/uniqueItems: NEW asks for unique items, and OLD allows an item twice',
  ],
  ['MIN_ITEMS_ADDED', LIST, { ...LIST, minItems: 2 }, '/minItems: NEW sets minItems to 2, and OLD allows less'],
  [
    'MAX_ITEMS_DECREASED',
    { ...LIST, maxItems: 9 },
    { ...LIST, maxItems: 3 },
    '/maxItems: NEW sets maxItems to 3, and OLD allows up to 9',
  ],
  [
    'MAX_LENGTH_ADDED',
    TEXT,
    { ...TEXT, maxLength: 3 },
    '/maxLength: NEW sets maxLength to 3, and OLD sets no such bound',
  ],
  [
    'MIN_LENGTH_INCREASED',
    { ...TEXT, minLength: 1 },
    { ...TEXT, minLength: 3 },
    '/minLength: NEW sets minLength to 3, and OLD allows less',
  ],
  [
    'COMBINED_TYPE_CHANGED',
    TEXT,
    { anyOf: SHORT_OR_LONG },
    '/anyOf: no branch of NEW is known to allow all that OLD allows',
  ],
  [
    'SUM_TYPE_NARROWED',
    { anyOf: [TEXT, NUMBER, { type: 'null' }] },
    { anyOf: SHORT_OR_LONG },
    '/anyOf: no branch of NEW is known to allow all that OLD allows',
  ],
  [
    'COMBINED_TYPE_SUBSCHEMAS_CHANGED',
    { oneOf: [TEXT, NUMBER] },
    { oneOf: [...SHORT_OR_LONG, LIST] },
    '/oneOf: no branch of NEW is known to allow all that OLD allows',
  ],
  [
    'ONE_OF_BRANCHES_OVERLAP',
    TEXT,
    { oneOf: [TEXT, { ...TEXT, maxLength: 5 }] },
    '/oneOf: data of OLD may match several branches of NEW, of which exactly one may match',
  ],
  ['NOT_TYPE_EXTENDED', TEXT, { not: { ...TEXT, maxLength: 3 } }, '/not: data of OLD may match what NEW excludes'],
  ['CONDITION_ADDED', {}, CONDITIONAL, '/then: NEW asks more under a condition than OLD does'],
  [
    'CONTAINS_ADDED',
    LIST,
    CONTAINS,
    '/contains: NEW asks for items that match "contains", and data of OLD may lack them',
  ],
  [
    'CONTAINS_CHANGED',
    { ...LIST, contains: TEXT },
    CONTAINS,
    '/contains: NEW asks for items that match "contains", and data of OLD may lack them',
  ],
  [
    'MIN_CONTAINS_INCREASED',
    CONTAINS,
    { ...CONTAINS, minContains: 2 },
    '/minContains: NEW asks for items that match "contains", and data of OLD may lack them',
  ],
  [
    'MAX_CONTAINS_ADDED',
    CONTAINS,
    { ...CONTAINS, maxContains: 2 },
    '/maxContains: NEW allows at most 2 items that match "contains", and OLD allows more',
  ],
  [
    'MAX_CONTAINS_DECREASED',
    { ...CONTAINS, maxContains: 5 },
    { ...CONTAINS, maxContains: 2 },
    '/maxContains: NEW allows at most 2 items that match "contains", and OLD allows more',
  ],
  [
    'DEPENDENCY_ARRAY_ADDED',
    OBJECT,
    { ...OBJECT, dependentRequired: { 'a/b': ['c~d'] } },
    '/dependentRequired/a~1b: NEW requires "c~d" beside "a/b", and OLD does not',
  ],
  [
    'DEPENDENCY_ARRAY_CHANGED',
    { ...OBJECT, dependentRequired: { a: ['c'] } },
    { ...OBJECT, dependentRequired: { a: ['b'] } },
    '/dependentRequired/a: NEW requires "b" beside "a", and OLD does not',
  ],
  [
    'DEPENDENCY_ARRAY_EXTENDED',
    { ...OBJECT, dependentRequired: { a: ['c'] } },
    { ...OBJECT, dependentRequired: { a: ['c', 'b'] } },
    '/dependentRequired/a: NEW requires "b" beside "a", and OLD does not',
  ],
  [
    'DEPENDENCY_SCHEMA_ADDED',
    OBJECT,
    { ...OBJECT, dependentSchemas: { a: { required: ['b'] } } },
    '/dependentSchemas/a: NEW asks more of objects that have "a" than OLD does',
  ],
  [
    'ITEM_ADDED_TO_OPEN_CONTENT_MODEL',
    LIST,
    { ...LIST, prefixItems: [TEXT] },
    '/prefixItems/0: NEW gives item 0 a schema, and OLD allows anything at that place',
  ],
  [
    'ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    { ...LIST, items: NUMBER },
    { ...LIST, prefixItems: [TEXT] },
    '/prefixItems/0: NEW gives item 0 a schema that does not cover what OLD allows at that place',
  ],
  [
    'ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL',
    { ...LIST, prefixItems: [TEXT], items: false },
    { ...LIST, items: false },
    '/prefixItems/0: OLD has an item 0, which NEW does not allow',
  ],
  [
    'ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    { ...LIST, prefixItems: [TEXT], items: NUMBER },
    { ...LIST, items: NUMBER },
    '/prefixItems/0: OLD has an item 0, whose values NEW does not all allow among its other items',
  ],
  [
    'ADDITIONAL_ITEMS_REMOVED',
    LIST,
    { ...LIST, items: false },
    '/items: NEW allows no further items, and OLD allows them',
  ],
  [
    'ADDITIONAL_ITEMS_NARROWED',
    LIST,
    { ...LIST, items: NUMBER },
    '/items: NEW gives items a schema, and OLD allows any',
  ],
  [
    'UNEVALUATED_ITEMS_REMOVED',
    LIST,
    { ...LIST, unevaluatedItems: false },
    '/unevaluatedItems: NEW allows no further items, and OLD allows them',
  ],
  [
    'UNEVALUATED_ITEMS_NARROWED',
    LIST,
    { ...LIST, unevaluatedItems: NUMBER },
    '/unevaluatedItems: NEW gives items a schema, and OLD allows any',
  ],
  [
    'MULTIPLE_OF_ADDED',
    NUMBER,
    { ...NUMBER, multipleOf: 3 },
    '/multipleOf: NEW asks for multiples of 3, and OLD allows other numbers',
  ],
  [
    'MULTIPLE_OF_EXPANDED',
    { ...NUMBER, multipleOf: 3 },
    { ...NUMBER, multipleOf: 6 },
    '/multipleOf: NEW asks for multiples of 6, and OLD allows other numbers',
  ],
  [
    'MULTIPLE_OF_CHANGED',
    { ...NUMBER, multipleOf: 3 },
    { ...NUMBER, multipleOf: 5 },
    '/multipleOf: NEW asks for multiples of 5, and OLD allows other numbers',
  ],
  [
    'MAXIMUM_ADDED',
    NUMBER,
    { ...NUMBER, maximum: 5 },
    '/maximum: NEW sets maximum to 5, and OLD allows numbers beyond it',
  ],
  [
    'EXCLUSIVE_MINIMUM_INCREASED',
    { ...NUMBER, exclusiveMinimum: 1 },
    { ...NUMBER, exclusiveMinimum: 2 },
    '/exclusiveMinimum: NEW sets exclusiveMinimum to 2, and OLD allows numbers beyond it',
  ],
  [
    'PATTERN_PROPERTIES_ADDED_TO_OPEN_CONTENT_MODEL',
    OBJECT,
    { ...OBJECT, patternProperties: { '^a/b': NUMBER } },
    '/patternProperties/^a~1b: NEW gives properties like "^a/b" a schema, and OLD allows anything under such names',
  ],
  [
    'PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL',
    OBJECT,
    { ...OBJECT, properties: { a: NUMBER } },
    '/properties/a: NEW gives "a" a schema, and OLD allows anything under that name',
  ],
  [
    'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    { ...OBJECT, additionalProperties: TEXT },
    { ...OBJECT, properties: { a: NUMBER }, additionalProperties: TEXT },
    '/properties/a: NEW gives "a" a schema that does not cover what OLD allows under that name',
  ],
  [
    'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
    { ...CLOSED, properties: { a: NUMBER } },
    CLOSED,
    '/properties/a: OLD has the property "a", which NEW does not allow',
  ],
  [
    'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    { ...OBJECT, properties: { a: NUMBER }, additionalProperties: TEXT },
    { ...OBJECT, additionalProperties: TEXT },
    '/properties/a: OLD has the property "a", whose values NEW does not all allow among its other properties',
  ],
  [
    'ADDITIONAL_PROPERTIES_REMOVED',
    OBJECT,
    CLOSED,
    '/additionalProperties: NEW allows no other properties, and OLD allows them',
  ],
  [
    'ADDITIONAL_PROPERTIES_NARROWED',
    OBJECT,
    { ...OBJECT, additionalProperties: NUMBER },
    '/additionalProperties: NEW gives other properties a schema, and OLD allows any',
  ],
  [
    'UNEVALUATED_PROPERTIES_REMOVED',
    OBJECT,
    { ...OBJECT, unevaluatedProperties: false },
    '/unevaluatedProperties: NEW allows no other properties, and OLD allows them',
  ],
  [
    'UNEVALUATED_PROPERTIES_NARROWED',
    OBJECT,
    { ...OBJECT, unevaluatedProperties: NUMBER },
    '/unevaluatedProperties: NEW gives other properties a schema, and OLD allows any',
  ],
  [
    'PROPERTY_NAMES_ADDED',
    OBJECT,
    { ...OBJECT, propertyNames: { maxLength: 3 } },
    '/propertyNames: NEW restricts the names of properties, and OLD allows others',
  ],
  ['KEYWORD_NOT_UNDERSTOOD', TEXT, { ...TEXT, 'made-up': 1 }, 'The root: NEW uses made-up, whose meaning is not known'],
  [
    'REFERENCE_NOT_RESOLVED',
    TEXT,
    { $ref: 'other.json' },
    '/$ref: a reference of NEW leads where it cannot be followed',
  ],
  [
    'REQUIRED_ATTRIBUTE_ADDED',
    OBJECT,
    { ...OBJECT, required: ['a'] },
    '/required/0: NEW requires "a", which data of OLD may lack',
  ],
  [
    'REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL',
    CLOSED,
    { ...CLOSED, required: ['a'] },
    '/required/0: NEW requires "a", which data of OLD may lack',
  ],
  [
    'FORMAT_ADDED',
    TEXT,
    { ...TEXT, format: 'email' },
    '/format: NEW asks for the format "email", and OLD is not known to keep it',
  ],
  [
    'FORMAT_CHANGED',
    { ...TEXT, format: 'date' },
    { ...TEXT, format: 'email' },
    '/format: NEW asks for the format "email", and OLD is not known to keep it',
  ],
  [
    'PATTERN_ADDED',
    TEXT,
    { ...TEXT, pattern: '^a/b~' },
    '/pattern: NEW asks for the pattern "^a/b~", and OLD is not known to keep it',
  ],
  [
    'PATTERN_CHANGED',
    { ...TEXT, pattern: '^a' },
    { ...TEXT, pattern: '^b' },
    '/pattern: NEW asks for the pattern "^b", and OLD is not known to keep it',
  ],
  ['TYPE_CHANGED', TEXT, NUMBER, '/type: NEW allows only "number", and OLD only other types'],
  ['TYPE_NARROWED', { type: ['string', 'null'] }, TEXT, '/type: NEW allows only "string", and OLD other types too'],
  [
    'TYPE_NARROWED',
    { properties: { a: TEXT } },
    { properties: { a: false } },
    '/properties/a: NEW allows nothing here, where OLD allows data',
  ],
  ['CONST_CHANGED', { const: 'a' }, { const: 'b' }, '/const: NEW does not allow "a", which OLD allows'],
  ['CONST_ADDED', TEXT, { const: 'b', type: 'string' }, '/const: NEW lists the values, and OLD does not'],
  ['ENUM_ADDED', TEXT, { ...TEXT, enum: ['a'] }, '/enum: NEW lists the values, and OLD does not'],
  [
    'ENUM_ARRAY_NARROWED',
    { enum: ['a', 'b', 'c', 'd'] },
    { enum: ['a', 'b'] },
    '/enum: NEW does not allow "c" and 1 more, which OLD allows',
  ],
  ['ENUM_ARRAY_CHANGED', { enum: ['a'] }, { enum: ['b'] }, '/enum: NEW does not allow "a", which OLD allows'],
  [
    'DIALECT_NOT_UNDERSTOOD',
    TEXT,
    { $schema: 'http://json-schema.org/draft-04/schema#', ...TEXT },
    'The root: NEW or OLD is neither of draft-07 nor of 2020-12 ("$schema")',
  ],
  [
    'RECURSION_NOT_DECIDED',
    TEXT,
    { allOf: [{ $ref: '#' }] },
    'The root: NEW refers to itself here without going deeper into the data',
  ],
];

it.each(CASES)('says of %s where it is and what stands against it', (kind, earlier, proposed, text) => {
  const [found, ...others] = checkCompatibility(proposed, [{ version: '1', schema: earlier }], 'BACKWARD');

  const message = text.replace('NEW', 'the proposed schema').replace('OLD', 'version 1');
  expect(others).toEqual([]);
  expect(found).toMatchObject({ kind, message });
});
