import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import { refuseUnsafeSchema } from './schemaSafety.ts';

function faultOf(schema: JsonObject): InvalidArgumentError | undefined {
  try {
    refuseUnsafeSchema(schema);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return error as InvalidArgumentError;
  }
  return undefined;
}

const UNIQUE =
  'needs maxItems of at most 1000, or items of a scalar type: whoever else validates by this schema would compare each item with every other';

it.each<[JsonObject, string]>([
  [{ $async: true }, '/$async is not supported; leave it out'],
  [
    JSON.parse('{"properties":{"__proto__":{}}}'),
    '/properties/__proto__ cannot be checked; give the field another name',
  ],
  [{ allOf: [{}, { $dynamicRef: '#a' }] }, '/allOf/1/$dynamicRef is not supported; refer by $ref'],
  [{ $defs: { 'a/b': { $dynamicAnchor: 'a' } } }, '/$defs/a~1b/$dynamicAnchor is not supported; refer by $ref'],
  [{ $recursiveRef: '#' }, '/$recursiveRef is not supported; refer by $ref'],
  [{ uniqueItems: true }, `/uniqueItems ${UNIQUE}`],
  [{ properties: { a: { uniqueItems: true, items: {} } } }, `/properties/a/uniqueItems ${UNIQUE}`],
  [{ uniqueItems: true, maxItems: 1_001 }, `/uniqueItems ${UNIQUE}`],
  [{ uniqueItems: true, items: { type: ['string', 'object'] } }, `/uniqueItems ${UNIQUE}`],
  [{ uniqueItems: true, items: null }, `/uniqueItems ${UNIQUE}`],
  [{ uniqueItems: true, items: [{ type: 'string' }] }, `/uniqueItems ${UNIQUE}`],
])('says of %j where it is unsafe, and what to do', (schema, rule) => {
  expect(faultOf(schema)?.details).toEqual({ argument: 'schema', rule });
});

it.each<[JsonObject]>([
  [{ uniqueItems: true, maxItems: 1_000 }],
  [{ uniqueItems: true, items: { type: ['string', 'number', 'integer', 'boolean', 'null'] } }],
  [{ uniqueItems: false, default: null }],
  [{ properties: { $dynamicRef: { type: 'string' } } }],
])('takes %j', (schema) => {
  expect(faultOf(schema)).toBeUndefined();
});
