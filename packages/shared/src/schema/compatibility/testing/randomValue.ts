import type { JsonObject, JsonValue } from '../../../types/json.ts';
import type { Random } from './Random.ts';

export const NAMES: readonly string[] = ['a', 'b', 'c', 'x-1'];

const SCALARS: readonly JsonValue[] = [null, true, false, -1, 0, 1, 2, 3, 4, 6, 1.5, '', 'a', 'b', 'ab', 'abc', 'x-1'];

/** Any value of a small world, so that schemas often agree on it. */
export function randomValue(random: Random, depth: number): JsonValue {
  const kind = depth === 0 ? 0 : random.below(4);
  if (kind === 1) return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  if (kind !== 2) return random.pick(SCALARS);
  return Object.fromEntries(random.some([...NAMES, 'z']).map((name) => [name, randomValue(random, depth - 1)]));
}

/** A value that is likely to match a schema: it follows what the schema says where that is easy. */
export function instanceOf(random: Random, root: JsonObject, schema: JsonValue, depth: number): JsonValue {
  if (typeof schema !== 'object' || schema === null || depth <= 0 || random.once(12)) return randomValue(random, 1);
  const { $ref, const: only, enum: values, allOf, anyOf, oneOf, then } = schema as JsonObject;
  if (only !== undefined) return only;
  if (Array.isArray(values)) return random.pick(values);
  const inner = [allOf, anyOf, oneOf].find(Array.isArray) as readonly JsonValue[] | undefined;
  const next = typeof $ref === 'string' ? definitionOf(root, $ref) : inner === undefined ? then : random.pick(inner);
  const base = follow(random, root, schema as JsonObject, depth);
  if (next === undefined) return base;
  const other = instanceOf(random, root, next, depth - 1);
  return isObject(base) && isObject(other) ? { ...base, ...other } : random.once(3) ? base : other;
}

function follow(random: Random, root: JsonObject, schema: JsonObject, depth: number): JsonValue {
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : (schema.type ?? impliedType(schema));
  if (type === 'object') return objectOf(random, root, schema, depth);
  if (type === 'array') return arrayOf(random, root, schema, depth);
  if (type === 'null') return null;
  if (type === 'boolean') return random.once(2);
  if (type === 'string') return random.pick(['', 'a', 'b', 'ab', 'abc', 'aab', 'x-1', 'abcde']);
  if (type === 'integer' || type === 'number') return random.pick([-2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 12, 0.5, 1.5]);
  return randomValue(random, 2);
}

function impliedType({ properties, items, prefixItems }: JsonObject): string | undefined {
  if (properties !== undefined) return 'object';
  return items !== undefined || prefixItems !== undefined ? 'array' : undefined;
}

function objectOf(random: Random, root: JsonObject, schema: JsonObject, depth: number): JsonValue {
  const { properties = {}, required = [], additionalProperties = {} } = schema as Record<string, JsonObject>;
  const names = [...random.some(Object.keys(properties)), ...(required as unknown as string[])];
  if (random.once(3)) names.push(random.pick([...NAMES, 'z']));
  return Object.fromEntries(
    [...new Set(names)].map((name) => [
      name,
      instanceOf(random, root, properties[name] ?? additionalProperties, depth - 1),
    ]),
  );
}

function arrayOf(random: Random, root: JsonObject, schema: JsonObject, depth: number): JsonValue {
  const { items, prefixItems, additionalItems } = schema;
  const prefix = (Array.isArray(items) ? items : (prefixItems ?? [])) as readonly JsonValue[];
  const rest = Array.isArray(items) ? additionalItems : items;
  return Array.from({ length: random.below(4) }, (_, index) =>
    instanceOf(random, root, prefix[index] ?? rest ?? schema.contains ?? {}, depth - 1),
  );
}

function definitionOf(root: JsonObject, reference: string): JsonValue {
  if (reference === '#') return root;
  return (root.$defs as JsonObject)[reference.slice('#/$defs/'.length)] as JsonValue;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
