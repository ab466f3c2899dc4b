import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { checkCompatibility } from './checkCompatibility.ts';
import { objectOf } from './testing/compared.ts';

const range = (length: number) => Array.from({ length }, (_, index) => index);
const nested = (depth: number, wrap: (inner: JsonValue) => JsonObject, leaf: JsonValue): JsonObject =>
  range(depth).reduce<JsonValue>((inner) => wrap(inner), leaf) as JsonObject;

/** Milliseconds of this thread, not of the others that share the machine. */
function cpuTimeOf(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const either = (inner: JsonValue): JsonObject => ({ anyOf: [inner, { not: inner }], oneOf: [inner, { type: 'null' }] });
const doubled = (inner: JsonValue): JsonObject => objectOf({ a: inner, b: inner });
const ladder = (last: JsonValue): JsonObject => ({
  $ref: '#/$defs/0',
  $defs: Object.fromEntries([
    ...range(60).map((at) => [
      at,
      { anyOf: [objectOf({ a: ref(at + 1), b: ref(at + 1) }), { type: 'array', items: ref(at + 1) }] },
    ]),
    [60, last],
  ]),
});
const ref = (at: number): JsonObject => ({ $ref: `#/$defs/${at}` });
const manyUnions = (type: string): JsonObject => ({
  allOf: range(40).map((at) => ({
    anyOf: range(10).map((one) => objectOf({ [`p${at}`]: { const: one }, [`q${one}`]: { type } })),
  })),
});
const manyBranches = (maxLength: number): JsonObject => ({
  oneOf: range(120).map((at) => objectOf({ [`p${at}`]: { type: 'string', maxLength } })),
});
const manyPatterns = (type: string): JsonObject => ({
  patternProperties: Object.fromEntries(range(300).map((at) => [`^(a|b)*${at}$`, { type }])),
  properties: Object.fromEntries(range(300).map((at) => [`ab${at}`, {}])),
});
const manyConditions = (maximum: number): JsonObject => ({
  allOf: range(30).map((at) =>
    Object.fromEntries([
      ['if', objectOf({ [`p${at}`]: { const: 1 } })],
      ['then', objectOf({ x: { type: 'number', maximum } })],
      ['else', { not: { required: [`p${at}`] } }],
    ]),
  ),
});

describe('checkCompatibility of hostile schemas', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['unions within unions', nested(6, either, { type: 'string' }), nested(6, either, { type: 'number' })],
    [
      'properties that double with each level',
      nested(10, doubled, { type: 'string' }),
      nested(10, doubled, { type: 'number' }),
    ],
    ['references that double with each step', ladder({ type: 'string' }), ladder({ type: 'number' })],
    ['forty unions of ten', manyUnions('string'), manyUnions('number')],
    ['branches that overlap', manyBranches(2), manyBranches(3)],
    ['patterns', manyPatterns('string'), manyPatterns('number')],
    ['conditions', manyConditions(1), manyConditions(2)],
    ['values', { enum: range(20_000) }, { enum: [...range(19_999), 'x'], not: { minimum: 5 } }],
    [
      'a long tuple',
      { prefixItems: range(5_000).map(() => ({ type: 'string' })) },
      { prefixItems: range(5_000).map(() => ({ type: 'number' })) },
    ],
    [
      'a deep constant',
      { const: nested(90, (inner) => ({ a: inner }), 1) },
      { not: { const: nested(90, (inner) => ({ a: inner }), 2) } },
    ],
  ])('%s: answers within a bound, and never "compatible" without a proof', (_what, one, other) => {
    const earlier = range(5).map((version) => ({ version: `${version}`, schema: { ...one, $comment: `${version}` } }));

    const spent = cpuTimeOf(() => {
      const found = checkCompatibility(other, earlier, 'FULL_TRANSITIVE');
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(100);
    });

    expect(spent).toBeLessThan(3_000);
  });

  it('a schema of any depth: says that it is too complex', () => {
    const deep = (leaf: JsonValue) => nested(3_000, (inner) => ({ items: inner }), leaf);

    const found = checkCompatibility(
      deep({ type: 'string' }),
      [{ version: '1', schema: deep({ type: 'number' }) }],
      'FULL',
    );

    expect(found.map(({ kind }) => kind)).toEqual(['TOO_COMPLEX_TO_DECIDE', 'TOO_COMPLEX_TO_DECIDE']);
  });

  it('a chain of references of any length: says that it cannot decide', () => {
    const chain = (leaf: JsonValue) => ({
      ...ref(0),
      $defs: Object.fromEntries([...range(5_000).map((at) => [at, ref(at + 1)]), [5_000, leaf]]),
    });

    const found = checkCompatibility(
      chain({ type: 'number' }),
      [{ version: '1', schema: chain({ type: 'integer' }) }],
      'BACKWARD',
    );

    expect(found).toMatchObject([{ kind: 'RECURSION_NOT_DECIDED' }]);
  });
});

describe('checkCompatibility of large schemas', () => {
  const FIELDS: readonly JsonValue[] = [
    { type: 'string', maxLength: 40 },
    { type: 'array', items: objectOf({ x: { type: 'number' }, y: { enum: ['a', 'b'] } }, { required: ['x'] }) },
    { type: ['string', 'null'] },
    { type: 'integer', minimum: 0 },
  ];
  const version = (grown: number): JsonObject => ({
    ...objectOf(Object.fromEntries(range(200 + grown).map((at) => [`p${at}`, FIELDS[at % 4] as JsonValue]))),
    title: `Version ${grown}`,
    required: ['p0', 'p1'],
    additionalProperties: false,
  });

  it('decides on 200 properties against 50 versions, within its bound of work', () => {
    const earlier = range(50).map((grown) => ({ version: `${grown}`, schema: version(grown) }));

    expect(checkCompatibility(version(50), earlier, 'BACKWARD_TRANSITIVE')).toEqual([]);
  });
});
