import type { JsonObject, JsonValue } from '../types/json.ts';
import { DATA_KEYWORDS, SCHEMA_MAPS } from './keywordKinds.ts';

/**
 * Says `minItems: 1` where a tuple must contain something: of an empty array, ajv skips `contains` behind `prefixItems`
 * (or `items` as an array), and would let it pass. The schema means the same; one that needs nothing is returned as it
 * is.
 */
export function stateLeastItems(schema: JsonObject): JsonObject {
  return withLeastItems(schema) as JsonObject;
}

function withLeastItems(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return mapped(value, withLeastItems);
  if (typeof value !== 'object' || value === null) return value;
  const inner = members(value as JsonObject, (member, key) => {
    if (DATA_KEYWORDS.has(key)) return member;
    const isMap = SCHEMA_MAPS.has(key) && typeof member === 'object' && member !== null && !Array.isArray(member);
    return isMap ? members(member as JsonObject, withLeastItems) : withLeastItems(member);
  });
  return lacksLeastItems(inner) ? { ...inner, minItems: 1 } : inner;
}

function lacksLeastItems({ prefixItems, items, contains, minContains, minItems }: JsonObject): boolean {
  const isTuple = prefixItems !== undefined || Array.isArray(items);
  return isTuple && contains !== undefined && minContains !== 0 && !(typeof minItems === 'number' && minItems >= 1);
}

function members(object: JsonObject, map: (member: JsonValue, key: string) => JsonValue): JsonObject {
  const entries = Object.entries(object).map(([key, member]) => [key, map(member, key)] as const);
  return entries.every(([key, member]) => object[key] === member) ? object : Object.fromEntries(entries);
}

function mapped(items: readonly JsonValue[], map: (item: JsonValue) => JsonValue): readonly JsonValue[] {
  const all = items.map(map);
  return all.every((item, index) => items[index] === item) ? items : all;
}
