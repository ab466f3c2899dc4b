import type { JsonObject, JsonValue } from '../../../types/json.ts';
import type { Random } from './Random.ts';

const NAMES = ['a', 'b', 'c'];

/** An object schema whose properties mostly have defaults, some of them wrong, and a keyword that may mind them. */
export function randomFields(random: Random, depth: number): JsonObject {
  const names = random.once(4) ? random.some(NAMES) : NAMES;
  const properties = Object.fromEntries(names.map((name) => [name, randomField(random, depth)]));
  return {
    type: 'object',
    properties,
    required: random.some(NAMES.filter((name) => Object.hasOwn(properties, name))).filter(() => random.once(2)),
    ...(random.once(6) ? {} : { additionalProperties: false }),
    ...(random.once(3) ? random.pick(MINDING) : {}),
  };
}

function randomField(random: Random, depth: number): JsonValue {
  const value = random.once(8) ? 'wrong' : 1;
  const filled = random.once(5) ? {} : { default: value };
  if (depth === 0 || !random.once(4)) return { type: 'integer', ...filled };
  const inner = randomFields(random, depth - 1);
  if (random.once(4))
    return { type: 'array', items: inner, ...(random.once(2) ? { uniqueItems: true, maxItems: 3 } : {}) };
  return random.once(5) ? { anyOf: [inner, { type: 'integer' }] } : { ...inner, default: {} };
}

const MINDING: readonly JsonObject[] = [
  { maxProperties: 2 },
  { minProperties: 1 },
  { dependentRequired: { a: ['b'] } },
  { not: { required: ['a', 'b'] } },
  { patternProperties: { '^b': { maximum: 0 } } },
  { propertyNames: { enum: ['a', 'b'] } },
  { if: { required: ['c'] }, else: { required: ['a'] } },
  { allOf: [{ properties: { a: { maximum: 0 } } }] },
];

/** What a reader makes of data that fills in each missing required property by its default. */
export function filledIn(schema: JsonValue, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || typeof schema !== 'object' || schema === null) return value;
  const { properties = {}, required = [], items } = schema as Record<string, JsonObject>;
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => filledIn(items, item));
  const missing = (required as unknown as string[]).filter((name) => !Object.hasOwn(value, name));
  const defaults = missing.map((name) => [name, (properties[name] as JsonObject | undefined)?.default] as const);
  const present = Object.entries(value).map(
    ([name, inner]) => [name, filledIn(properties[name] ?? {}, inner)] as const,
  );
  return Object.fromEntries([...present, ...defaults.filter(([, filled]) => filled !== undefined)]) as JsonObject;
}
