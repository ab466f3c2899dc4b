import { type CelResult, isCelError, isCelList, parse, plan } from '@bufbuild/cel';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENVIRONMENT } from './environment.ts';
import { METER } from './Meter.ts';
import { engineOf, eventOf, messagesOf, requestOf } from './testing/policies.ts';

beforeEach(() => METER.reset());

describe('a text is a sequence of code points', () => {
  test.each([
    "'a😀b'.charAt(0) == 'a' && 'a😀b'.charAt(1) == '😀' && 'a😀b'.charAt(2) == 'b' && 'a😀b'.charAt(3) == ''",
    "'😀'.charAt(1) == '' && ''.charAt(0) == '' && 'é→'.charAt(1) == '→'",
    "'e\\u0301x'.charAt(0) == 'e' && 'e\\u0301x'.charAt(1) == '\\u0301' && 'e\\u0301x'.size() == 3",
    "'👩‍🚀'.size() == 3 && '👩‍🚀'.substring(2) == '🚀' && '👩‍🚀'.charAt(1) == '\\u200d'",
    "'a😀b'.substring(2) == 'b' && 'a😀b'.substring(1, 2) == '😀' && 'a😀b'.substring(3) == ''",
    "'😀😁'.substring(1, 1) == '' && '😀😁'.substring(0, 2) == '😀😁' && 'tacocat'.substring(0, 4) == 'taco'",
    "'😀😁a'.indexOf('😁') == 1 && '😀😁a'.indexOf('a') == 2 && '😀😁a'.indexOf('😂') == -1 && '😀'.indexOf('') == 0",
    "'😀a😀a'.indexOf('a', 2) == 3 && '😀a😀a'.indexOf('😀', 1) == 2 && '😀😀'.indexOf('', 1) == 1",
    "'😀a😀a'.lastIndexOf('a') == 3 && '😀a😀a'.lastIndexOf('😀') == 2 && '😀'.lastIndexOf('') == 1",
    "'😀a😀a'.lastIndexOf('a', 2) == 1 && '😀a😀a'.lastIndexOf('😀', 1) == 0 && 'bananana'.lastIndexOf('nana', 7) == 4",
    "'a😀b'.split('') == ['a', '😀', 'b'] && ''.split('') == [] && 'abc'.split('') == ['a', 'b', 'c']",
    "'a😀b'.split('', 2) == ['a', '😀b'] && 'a😀b'.split('😀') == ['a', 'b'] && '😀😁'.split('', 1) == ['😀😁']",
    "'a😀'.split('').all(c, c.size() == 1) && '😀'.matches('^.$') && '😀A'.lowerAscii() == '😀a'",
  ])('%s', (expression) => {
    expect(messagesOf(expression)).toEqual([]);
  });

  test.each([
    "'😀' > '\\uFFFF' && '\\uFFFF' < '😀' && '😀' >= '\\uFFFF' && '\\uFFFF' <= '😀'",
    "!('😀' < '\\uFFFF') && !('\\uFFFF' > '😀') && !('😀' <= '\\uFFFF') && !('\\uFFFF' >= '😀')",
    "'😀' < '😁' && '😀' >= '😀' && '😀' <= '😀' && !('😀' < '😀') && !('😀' > '😀')",
    "'order-1' < 'order-2' && 'order' < 'order-1' && '' < 'a' && 'Z' < 'a' && 'e\\u0301' < 'é'",
    "1 < 2 && 1.5 >= 1 && b'a' < b'b' && false < true && now > timestamp(0) && duration('1s') <= duration('1s')",
  ])('and is ordered by them: %s', (expression) => {
    expect(messagesOf(expression)).toEqual([]);
  });

  test.each([
    ["'😀'.charAt(2)", 'index 2 out of bounds [0, 1)'],
    ["'😀'.charAt(-1)", 'index -1 out of bounds [0, 1)'],
    ["'abc'.charAt(4)", 'index 4 out of bounds [0, 3)'],
    ["'abc'.charAt(9223372036854775807)", 'index 9223372036854775807 out of bounds [0, 3)'],
    ["'😀'.substring(2)", 'index 2 out of bounds [0, 1)'],
    ["'😀a'.substring(0, 3)", 'index 3 out of bounds [0, 2)'],
    ["'😀a'.substring(-1, 1)", 'index -1 out of bounds [0, 2)'],
    ["'😀a'.substring(2, 1)", 'the start is behind the end'],
    ["'😀'.indexOf('😀', 1)", 'index 1 out of bounds [0, 1)'],
    ["'😀'.lastIndexOf('😀', 1)", 'index 1 out of bounds [0, 1)'],
    ["'😀'.lastIndexOf('😀', -1)", 'index -1 out of bounds [0, 1)'],
  ])('so that %s is an error', (expression, message) => {
    const engine = engineOf({ validations: [{ expression: `${expression} != 'x'` }] });

    const { denials } = engine.decide(requestOf([eventOf()]));

    expect(denials[0]?.message).toContain(message);
  });
});

describe('for any texts and positions', () => {
  // Of three characters, two begin with the same half; others lie between the halves and those behind them.
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u0301', '\ue000', '\uffff', '😀', '😁', '🚀') });
  const part = fc.string({ unit: fc.constantFrom('a', '\u0301', '😀', '😁'), maxLength: 2 });
  const position = fc.integer({ min: -2, max: 12 });

  test.each([
    ['s.charAt(i)', ({ points, i }) => points[within(i, points.length)] ?? ''],
    ['s.substring(i)', ({ points, i }) => points.slice(within(i, points.length)).join('')],
    ['s.substring(i, j)', ({ points, i, j }) => range(points, i, j).join('')],
    ['s.indexOf(t)', ({ points, part }) => found(points, part)[0] ?? -1],
    ['s.indexOf(t, i)', ({ points, part, i }) => found(points, part, inside(i, points))[0] ?? -1],
    ['s.lastIndexOf(t)', ({ points, part }) => found(points, part).at(-1) ?? -1],
    ['s.lastIndexOf(t, i)', ({ points, part, i }) => found(points, part, 0, inside(i, points)).at(-1) ?? -1],
    ["s.split('')", ({ points }) => points],
    ['s.split(t).join(t) == s', () => true],
    ['s.size()', ({ points }) => points.length],
    ['s < t', ({ points, part }) => order(points, part) < 0],
    ['s <= t', ({ points, part }) => order(points, part) <= 0],
    ['s > t', ({ points, part }) => order(points, part) > 0],
    ['s >= t', ({ points, part }) => order(points, part) >= 0],
  ] satisfies [string, (given: Given) => unknown][])('%s is what the code points give', (expression, expected) => {
    const evaluate = plan(ENVIRONMENT, parse(expression));

    fc.assert(
      fc.property(text, part, position, position, (s, t, i, j) => {
        const value = evaluate({ s, t, i: BigInt(i), j: BigInt(j) });

        const given = { points: Array.from(s), part: Array.from(t), i, j };
        expect(plain(value)).toEqual(orError(() => expected(given)));
      }),
      { numRuns: 300 },
    );
  });
});

interface Given {
  readonly points: readonly string[];
  readonly part: readonly string[];
  readonly i: number;
  readonly j: number;
}

function plain(value: CelResult): unknown {
  if (isCelError(value)) return 'error';
  if (isCelList(value)) return [...value];
  return typeof value === 'bigint' ? Number(value) : value;
}

function orError(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return 'error';
    throw error;
  }
}

function within(position: number, max: number): number {
  if (position < 0 || position > max) throw new RangeError('out of bounds');
  return position;
}

function inside(position: number, points: readonly string[]): number {
  return within(position, points.length - 1);
}

function range(points: readonly string[], start: number, end: number): readonly string[] {
  return points.slice(within(start, Math.min(end, points.length)), within(end, points.length));
}

/** The positions at which a part is found. */
function found(points: readonly string[], part: readonly string[], min = 0, max: number = points.length): number[] {
  const isAt = (at: number): boolean =>
    at + part.length <= points.length && part.every((point, index) => points[at + index] === point);
  return [...points.keys(), points.length].filter((at) => at >= min && at <= max && isAt(at));
}

function order(left: readonly string[], right: readonly string[]): number {
  const at = left.findIndex((point, index) => point !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? -1) - (right[at]?.codePointAt(0) ?? -1);
}
