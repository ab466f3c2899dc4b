import type { JsonObject, JsonValue } from '../../../types/json.ts';
import type { Random } from './Random.ts';
import { NAMES, randomValue } from './randomValue.ts';

const PATTERNS = ['^a', 'b$', '^x-', '^[a-c]+$'];
const DEFINITIONS = ['#/$defs/one', '#/$defs/two', '#'];

type Part = (random: Random, depth: number, isDraft07: boolean) => JsonObject;

/** A schema with definitions of its own, of either dialect. */
export function randomDocument(random: Random, isDraft07: boolean): JsonObject {
  const inner = (): JsonValue => randomSchema(random, 1, isDraft07);
  const root = randomSchema(random, 3, isDraft07);
  const $defs = { one: inner(), two: inner() };
  const dialect = isDraft07 ? { $schema: 'http://json-schema.org/draft-07/schema#' } : {};
  return { ...dialect, ...(typeof root === 'boolean' ? { allOf: [root] } : (root as JsonObject)), $defs };
}

export function randomSchema(random: Random, depth: number, isDraft07: boolean): JsonValue {
  if (random.once(20)) return random.once(2);
  if (depth === 0) return random.pick(SIMPLE)(random, depth, isDraft07);
  const first = random.pick(ALL)(random, depth, isDraft07);
  return random.once(4) ? { ...random.pick(ALL)(random, depth, isDraft07), ...first } : first;
}

const ofString: Part = (random) => ({
  ...(random.once(4) ? {} : { type: 'string' }),
  ...(random.once(3) ? { minLength: random.below(3) } : {}),
  ...(random.once(3) ? { maxLength: 1 + random.below(4) } : {}),
  ...(random.once(5) ? { pattern: random.pick(PATTERNS) } : {}),
});

const ofNumber: Part = (random) => ({
  ...(random.once(5) ? {} : { type: random.pick(['number', 'integer']) }),
  ...(random.once(3) ? { [random.pick(['minimum', 'exclusiveMinimum'])]: random.below(4) - 1 } : {}),
  ...(random.once(3) ? { [random.pick(['maximum', 'exclusiveMaximum'])]: 1 + random.below(6) } : {}),
  ...(random.once(6) ? { multipleOf: random.pick([1, 2, 3, 4, 0.5]) } : {}),
});

const ofValues: Part = (random) => {
  if (random.once(3)) return { const: randomValue(random, 1) };
  const values = Array.from({ length: 1 + random.below(4) }, () => randomValue(random, 1));
  return {
    enum: values.filter((one, at) => values.findIndex((two) => JSON.stringify(one) === JSON.stringify(two)) === at),
  };
};

const ofTypes: Part = (random) => {
  const types = random.some(['string', 'integer', 'boolean', 'null', 'object', 'array']);
  return types.length < 2 ? { type: random.pick(['boolean', 'null', 'object', 'array']) } : { type: types };
};

const ofObject: Part = (random, depth, isDraft07) => {
  const inner = (): JsonValue => randomSchema(random, depth - 1, isDraft07);
  const modern = isDraft07 ? dependencies(random, inner) : modernObject(random, inner);
  return {
    ...(random.once(5) ? {} : { type: 'object' }),
    properties: Object.fromEntries(random.some(NAMES).map((name) => [name, inner()])),
    ...(random.once(2) ? { required: random.some(['a', 'b', 'c']) } : {}),
    ...(random.once(2) ? { additionalProperties: random.once(2) ? false : inner() } : {}),
    ...(random.once(5) ? { patternProperties: { [random.pick(PATTERNS)]: inner() } } : {}),
    ...(random.once(7) ? { [random.pick(['minProperties', 'maxProperties'])]: 1 + random.below(3) } : {}),
    ...(random.once(9)
      ? { propertyNames: random.once(2) ? { pattern: random.pick(PATTERNS) } : { maxLength: 1 } }
      : {}),
    ...modern,
  };
};

function dependencies(random: Random, inner: () => JsonValue): JsonObject {
  if (!random.once(6)) return {};
  return { dependencies: { [random.pick(NAMES)]: random.once(2) ? [random.pick(NAMES)] : inner() } };
}

function modernObject(random: Random, inner: () => JsonValue): JsonObject {
  return {
    ...(random.once(8) ? { dependentRequired: { [random.pick(NAMES)]: [random.pick(NAMES)] } } : {}),
    ...(random.once(10) ? { dependentSchemas: { [random.pick(NAMES)]: inner() } } : {}),
    ...(random.once(8) ? { unevaluatedProperties: random.once(2) ? false : inner() } : {}),
  };
}

const ofArray: Part = (random, depth, isDraft07) => {
  const inner = (): JsonValue => randomSchema(random, depth - 1, isDraft07);
  const list = { ...(random.once(2) ? { items: inner() } : {}), ...(random.once(2) ? { contains: inner() } : {}) };
  // Not both: the validator passes over `contains` where a tuple meets an empty array.
  const tuple = isDraft07 ? tuple07(random, inner) : tuple2020(random, inner);
  return {
    ...(random.once(5) ? {} : { type: 'array' }),
    ...(random.once(2) ? list : tuple),
    ...(random.once(4) ? { minItems: random.below(3) } : {}),
    ...(random.once(3) ? { maxItems: 1 + random.below(3) } : {}),
    ...(random.once(8) ? { uniqueItems: true, maxItems: 3 } : {}),
  };
};

function tuple07(random: Random, inner: () => JsonValue): JsonObject {
  if (random.once(2)) return random.once(2) ? { items: inner() } : {};
  return {
    items: [inner(), inner()].slice(random.below(2)),
    ...(random.once(2) ? { additionalItems: random.once(2) ? false : inner() } : {}),
  };
}

function tuple2020(random: Random, inner: () => JsonValue): JsonObject {
  return {
    ...(random.once(2) ? { prefixItems: [inner(), inner()].slice(random.below(2)) } : {}),
    ...(random.once(2) ? { items: random.once(3) ? false : inner() } : {}),
    ...(random.once(8) ? { unevaluatedItems: random.once(2) ? false : inner() } : {}),
  };
}

const ofBranches: Part = (random, depth, isDraft07) => ({
  [random.pick(['anyOf', 'oneOf', 'oneOf', 'allOf'])]: Array.from({ length: 1 + random.below(3) }, () =>
    randomSchema(random, depth - 1, isDraft07),
  ),
});

const ofCondition: Part = (random, depth, isDraft07) => {
  const inner = (): JsonValue => randomSchema(random, depth - 1, isDraft07);
  if (random.once(2)) return { not: inner() };
  const otherwise: JsonObject = random.once(2) ? { else: inner() } : {};
  return Object.fromEntries(Object.entries({ if: inner(), ...otherwise }).concat([['then', inner()]]));
};

const ofUnion: Part = (random, depth, isDraft07) => ({
  oneOf: ['a', 'b', 'c'].slice(random.below(2)).map((kind) => ({
    type: 'object',
    properties: { a: { const: kind }, b: randomSchema(random, depth - 1, isDraft07) },
    required: ['a'],
  })),
});

const ofReference: Part = (random) => ({ $ref: random.pick(DEFINITIONS) });

const SIMPLE: readonly Part[] = [ofString, ofNumber, ofNumber, ofValues, ofTypes, () => ({})];
const ALL: readonly Part[] = [
  ...SIMPLE.slice(0, 5),
  ofObject,
  ofObject,
  ofObject,
  ofObject,
  ofArray,
  ofArray,
  ofBranches,
  ofBranches,
  ofCondition,
  ofUnion,
  ofReference,
];
