import { describe, expect, it } from 'vitest';
import { copyJson } from './jsonRules.ts';

describe('copyJson', () => {
  it.each([
    ['items', new Array(200).fill(1n)],
    ['members', Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, 1n]))],
  ])('stops behind 100 faults of %s', (_what, value) => {
    expect(copyJson(value, '/payload').faults).toHaveLength(100);
  });

  it.each([
    ['items', [1, 2]],
    ['members', { a: 1, b: 2 }],
  ])('says that there are more bytes than allowed wherever it has not copied all %s', (_what, value) => {
    const { bytesMin } = copyJson(value, '/payload');

    expect(copyJson(value, '/payload', bytesMin)).toEqual({ copy: value, faults: [], bytesMin });
    for (let bytesMax = 1; bytesMax < bytesMin; bytesMax++) {
      expect(copyJson(value, '/payload', bytesMax).bytesMin).toBeGreaterThan(bytesMax);
    }
  });

  it('copies what objects inherit as members that can be changed like others', () => {
    const { copy } = copyJson(JSON.parse('{"__proto__":1}'), '/payload');

    expect(Object.getOwnPropertyDescriptor(copy, '__proto__')).toEqual({
      value: 1,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });
});
