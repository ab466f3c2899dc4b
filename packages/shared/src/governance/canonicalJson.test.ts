import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonValue } from '../types/json.ts';
import { canonicalJson } from './canonicalJson.ts';

const KEYS = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '0',
    '10',
    '9',
    '01',
    '1e3',
    '-1',
    '__proto__',
    'constructor',
    'toJSON',
    'a',
    'B',
    'é',
    '😀',
    '\uffff',
  ),
);
const { value: VALUES } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, true, false, -0, 1e21, 1e-7, Number.NaN, '\ud800', '\u2028', undefined),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(KEYS, tie('value'), { maxKeys: 8, noNullPrototype: false }),
  ),
}));

/** The text, or that there is none. */
function outcome(write: () => string | undefined): string | undefined {
  try {
    return write();
  } catch {
    return 'refused';
  }
}

it('writes what the library for RFC 8785 writes, and refuses what it refuses', () => {
  fc.assert(
    fc.property(VALUES, (value) => {
      expect(outcome(() => canonicalJson(value as JsonValue))).toBe(outcome(() => canonicalize(value)));
    }),
    { numRuns: 2_000 },
  );
});

it('orders keys by UTF-16 code units, also where they look like indexes', () => {
  const value = JSON.parse('{"b":1,"10":2,"9":3,"__proto__":4,"\\ufb33":5,"😀":6,"a":{"d":1,"c":2}}') as JsonValue;

  const text = canonicalJson(value);

  expect(text).toBe('{"10":2,"9":3,"__proto__":4,"a":{"c":2,"d":1},"b":1,"😀":6,"\ufb33":5}');
});

it('writes what is nested deeper than the stack would bear', () => {
  const depth = 100_000;
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level++) value = [value];

  const text = canonicalJson(value);

  expect(text).toBe(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
});

it('writes objects that are nested deeper than the stack would bear', () => {
  const depth = 100_000;
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level++) value = { a: value };

  const text = canonicalJson(value);

  expect(text).toBe(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
});

it('refuses what JSON cannot hold', () => {
  expect(() => canonicalJson({ a: 1n } as unknown as JsonValue)).toThrow(TypeError);
});

it('refuses a circle', () => {
  const circle: JsonValue[] = [];
  circle.push(circle);

  expect(() => canonicalJson(circle)).toThrow(/ircular/);
});

it('refuses half of a surrogate pair, in a key as in a text', () => {
  expect(() => canonicalJson(['\ud800'])).toThrow(/surrogate/);
  expect(() => canonicalJson({ '\ud800': 1 })).toThrow(/surrogate/);
});

it.each<[what: string, value: unknown, text: string]>([
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['a plain object', { a: 1, toJSON: () => 'plain' }, '"plain"'],
  ['a list', Object.assign([1], { toJSON: () => 'list' }), '"list"'],
  ['a boxed number', new Number(5), '5'],
])('writes %s that says its JSON itself as it says it', (_what, value, text) => {
  expect(canonicalJson([value] as JsonValue)).toBe(`[${text}]`);
});
