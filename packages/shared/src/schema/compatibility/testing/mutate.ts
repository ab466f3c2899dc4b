import type { JsonObject, JsonValue } from '../../../types/json.ts';
import type { Random } from './Random.ts';
import { randomSchema } from './randomSchema.ts';

const CONTAINERS = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
const SINGLES = ['additionalProperties', 'items', 'not', 'if', 'then', 'else', 'contains', 'unevaluatedProperties'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];

/** The schema with one change somewhere, as somebody who evolves it might make it. */
export function mutate(random: Random, schema: JsonValue, isDraft07: boolean): JsonValue {
  if (typeof schema !== 'object' || schema === null)
    return random.once(2) ? schema : randomSchema(random, 1, isDraft07);
  const object = schema as JsonObject;
  const places = [...CONTAINERS, ...SINGLES, ...LISTS].filter(
    (keyword) => typeof object[keyword] === 'object' && (keyword !== '$defs' || random.once(4)),
  );
  if (places.length > 0 && !random.once(3)) return deeper(random, object, random.pick(places), isDraft07);
  return random.pick(CHANGES)(random, object, isDraft07);
}

function deeper(random: Random, schema: JsonObject, keyword: string, isDraft07: boolean): JsonObject {
  const value = schema[keyword] as JsonValue;
  if (Array.isArray(value)) {
    const at = random.below(value.length);
    return { ...schema, [keyword]: value.map((one, index) => (index === at ? mutate(random, one, isDraft07) : one)) };
  }
  if (!CONTAINERS.includes(keyword)) return { ...schema, [keyword]: mutate(random, value, isDraft07) };
  const keys = Object.keys(value as JsonObject);
  if (keys.length === 0) return schema;
  const key = random.pick(keys);
  return {
    ...schema,
    [keyword]: { ...(value as JsonObject), [key]: mutate(random, (value as JsonObject)[key] as JsonValue, isDraft07) },
  };
}

type Change = (random: Random, schema: JsonObject, isDraft07: boolean) => JsonValue;

const nudgeNumber: Change = (random, schema) => {
  const keys = Object.keys(schema).filter((key) => typeof schema[key] === 'number' && key !== 'multipleOf');
  if (keys.length === 0) return { ...schema, title: 'changed' };
  const key = random.pick(keys);
  const lowest = key.endsWith('imum') ? -10 : 0;
  return { ...schema, [key]: Math.max(lowest, (schema[key] as number) + (random.once(2) ? 1 : -1)) };
};

const dropKeyword: Change = (random, schema) => {
  const keys = Object.keys(schema).filter((key) => !['$schema', '$defs', 'if', 'items'].includes(key));
  const dropped = keys.length === 0 ? undefined : random.pick(keys);
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== dropped));
};

const addKeywords: Change = (random, schema, isDraft07) => {
  const more = randomSchema(random, 1, isDraft07);
  return typeof more === 'object' ? { ...(more as JsonObject), ...schema } : schema;
};

const changeProperties: Change = (random, schema, isDraft07) => {
  const { properties = {}, required = [] } = schema as Record<string, JsonObject>;
  const name = random.pick(['a', 'b', 'c', 'x-1']);
  const rest = Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
  const own = random.once(2) ? rest : { ...properties, [name]: properties[name] ?? randomSchema(random, 1, isDraft07) };
  const names = random.once(3) ? random.some(['a', 'b']) : (required as unknown as string[]);
  return { ...schema, properties: own, required: names };
};

const widenType: Change = (random, schema) => {
  if (typeof schema.type !== 'string') return schema;
  const other = random.pick(['null', 'string', 'boolean', 'number'].filter((type) => type !== schema.type));
  return { ...schema, type: schema.type === 'integer' && random.once(2) ? 'number' : [schema.type, other] };
};

const widenEnum: Change = (random, schema) => {
  if (!Array.isArray(schema.enum)) return schema;
  return {
    ...schema,
    enum: random.once(3) ? schema.enum.slice(0, Math.max(1, schema.enum.length - 1)) : [...schema.enum, 'new'],
  };
};

const changeBranches: Change = (random, schema, isDraft07) => {
  const keyword = ['anyOf', 'oneOf', 'allOf'].find((one) => Array.isArray(schema[one]));
  if (keyword === undefined) return schema;
  const branches = schema[keyword] as readonly JsonValue[];
  const changed = random.once(2) ? [...branches, randomSchema(random, 1, isDraft07)] : branches.slice(0, -1);
  const { [keyword]: _, ...rest } = schema;
  return { ...rest, [random.once(4) ? 'anyOf' : keyword]: changed.length === 0 ? branches : changed.toReversed() };
};

const wrap: Change = (random, schema, isDraft07) => {
  const { $defs, $schema, ...rest } = schema;
  const outer = { ...($defs === undefined ? {} : { $defs }), ...($schema === undefined ? {} : { $schema }) };
  if (random.once(4)) return { ...outer, not: { not: rest } };
  return {
    ...outer,
    [random.pick(['anyOf', 'oneOf', 'allOf'])]: [rest, ...(random.once(2) ? [randomSchema(random, 1, isDraft07)] : [])],
  };
};

/** Data that was made for the schema is likely to break one of these. */
const CONSTRAINTS: Readonly<Record<string, readonly JsonObject[]>> = {
  object: [
    { maxProperties: 1 },
    { minProperties: 2 },
    { propertyNames: { maxLength: 1 } },
    { dependencies: { a: ['b'] } },
    { dependencies: { b: { required: ['c'] } } },
    { patternProperties: { '^[a-c]+$': { type: ['integer', 'object'] } } },
    { additionalProperties: false },
    { not: { required: ['a'] } },
  ],
  array: [{ maxItems: 1 }, { minItems: 1 }, { uniqueItems: true, maxItems: 3 }],
  string: [{ pattern: '^a' }, { maxLength: 1 }, { not: { const: 'a' } }],
  number: [{ multipleOf: 2 }, { maximum: 2 }, { exclusiveMinimum: 0 }],
  integer: [{ multipleOf: 2 }, { maximum: 2 }, { exclusiveMinimum: 0 }],
};

const addConstraint: Change = (random, schema) => {
  const constraints = typeof schema.type === 'string' ? CONSTRAINTS[schema.type] : undefined;
  return constraints === undefined ? schema : { ...schema, ...random.pick(constraints) };
};

const dropConstraint: Change = (_random, schema) => {
  const kept = ['$schema', '$defs', '$ref', 'type', 'properties', 'items', 'prefixItems', 'required', 'enum', 'const'];
  return Object.fromEntries(Object.entries(schema).filter(([key]) => kept.includes(key)));
};

const CHANGES: readonly Change[] = [
  nudgeNumber,
  nudgeNumber,
  dropKeyword,
  dropKeyword,
  addKeywords,
  addConstraint,
  addConstraint,
  dropConstraint,
  changeProperties,
  changeProperties,
  widenType,
  widenEnum,
  changeBranches,
  wrap,
];
