import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InvalidJsonError, isNexusError } from '../types/errors.ts';
import { parseJson } from './parseJson.ts';

function refusalOf(text: string): InvalidJsonError {
  try {
    parseJson(text);
  } catch (error) {
    if (isNexusError(error, 'INVALID_JSON')) return error as InvalidJsonError;
    throw error;
  }
  throw new Error(`${text.slice(0, 60)} was taken`);
}

describe('parseJson', () => {
  test('reads what JSON.stringify writes, key order included', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\ud') && !JSON.stringify(value).includes('-0'));

        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });

  test.each(['1.0', '1e2', '10.50', '0', '0.0', '0e5', '1E+2', '5e-324', '1e23', '18446744073709552000', '-12.5e-3'])(
    'takes %s, which a double holds',
    (literal) => {
      expect(parseJson(`[${literal}]`)).toEqual([Number(literal)]);
    },
  );

  test.each([
    ['1e400', 'number'],
    ['-1e400', 'number'],
    ['1e-400', 'number'],
    ['12345678901234567890', 'number'],
    ['9007199254740993', 'number'],
    ['0.1000000000000000055511151231257827', 'number'],
    ['-0', 'negativeZero'],
    ['-0.0e3', 'negativeZero'],
  ])('refuses %s, which would change', (literal, rule) => {
    const error = refusalOf(`{"a": ${literal}}`);

    expect(error.details).toEqual({ rule, position: 6 });
    expect(error.message).toContain(`${literal} at position 6`);
    expect(error.message).toContain('; send');
  });

  test.each([
    ['{"a":1,"a":2}', 7],
    ['{"a":1,"a":1}', 7],
    ['{"a":1 , "\\u0061" : 1}', 9],
    ['[{"x":{"b":{},"c":[],"b":null}}]', 21],
    ['{"__proto__":1,"__proto__":1}', 15],
  ])('refuses the repeated key of %s', (text, position) => {
    const error = refusalOf(text);

    expect(error.details).toEqual({ rule: 'duplicateKey', position });
  });

  test('takes the same key in several objects, and a value equal to a key', () => {
    expect(parseJson('[{"a":"a"},{"a":{"a":["a","a"]}}]')).toEqual([{ a: 'a' }, { a: { a: ['a', 'a'] } }]);
  });

  test.each(['["\\ud800"]', '["\ud800"]', '{"\\udc00": 1}', '["\\ud83d\\ud83d\\ude00"]'])(
    'refuses half of a surrogate pair in %j',
    (text) => {
      const error = refusalOf(text);

      expect(error.details).toEqual({ rule: 'unicode', position: 1 });
      expect(error.message.isWellFormed()).toBe(true);
    },
  );

  test('takes whole surrogate pairs, escaped or not', () => {
    expect(parseJson('["\\ud83d\\ude00", "😀"]')).toEqual(['😀', '😀']);
  });

  test('keeps __proto__ and constructor as data', () => {
    const value = parseJson('{"__proto__":{"polluted":true},"constructor":1,"hasOwnProperty":2}');

    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":1,"hasOwnProperty":2}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test.each([
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['[1,2', 4],
    ['["abc', 5],
    ['["\\x"]', 2],
    ['[01]', 2],
    ['[1.]', 3],
    ['[.5]', 1],
    ['[NaN]', 1],
    ["{'a':1}", 1],
    ['["a\nb"]', 3],
    ['', 0],
    ['[] []', 3],
    ['\ufeff{}', 0],
    [']', 0],
    ['// no\n{}', 0],
  ])('refuses %j, which is not JSON, and says where', (text, position) => {
    const error = refusalOf(text);

    expect(error.details).toEqual({ rule: 'syntax', position });
  });

  test('takes 100 levels and refuses one more', () => {
    expect(() => parseJson('['.repeat(100) + ']'.repeat(100))).not.toThrow();

    expect(refusalOf('['.repeat(101) + ']'.repeat(101)).details).toEqual({ rule: 'depth', position: 100 });
  });

  test.each(['[', '{"a":'])('refuses megabytes of %s without exhausting the stack', (opening) => {
    expect(refusalOf(opening.repeat(2_000_000)).details.rule).toBe('depth');
  });

  test('reads a string of several megabytes', () => {
    const long = 'x\\n'.repeat(1_000_000);

    expect(parseJson(`"${long}"`)).toHaveLength(2_000_000);
  });

  test('quotes no more than the beginning of what it refuses', () => {
    const error = refusalOf(`[1${'0'.repeat(400)}1]`);

    expect(error.message.length).toBeLessThan(200);
  });
});
