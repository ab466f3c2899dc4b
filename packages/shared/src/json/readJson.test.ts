import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from './readJson.ts';

test('reads each key as it is written, whatever was read before', () => {
  const texts = ['\\', '"', '\n', '\\"', '"x', 'x\\', 'x\n', 'x"', 'plain'].map((key) =>
    JSON.stringify({ a: 1, [key]: 2 }),
  );

  for (const before of texts) {
    for (const text of texts) {
      readJson(before);

      expect(JSON.stringify(readJson(text))).toBe(text);
    }
  }
});

test('reads what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);

      expect(JSON.stringify(readJson(text))).toBe(text);
    }),
  );
});

test('keeps values with escapes, and __proto__ as a key', () => {
  const text = '{"__proto__":{"\\"":"a \\\\ \\"b\\": \\n"},"text":"\\": \\\\"}';

  const value = readJson(text);

  expect(Object.keys(value as object)).toEqual(['__proto__', 'text']);
  expect(JSON.stringify(value)).toBe(text);
});

test('refuses what is no JSON', () => {
  expect(() => readJson('{"a\\n":')).toThrow(SyntaxError);
  expect(() => readJson('{')).toThrow(SyntaxError);
});
