import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareUtf8 } from './utf8.ts';

it('orders strings as their UTF-8 bytes do', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });

  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
});

it('puts U+FFFF before U+1F600, where the order of UTF-16 has it behind', () => {
  expect(compareUtf8('\uffff', '😀')).toBeLessThan(0);
  expect('\uffff' < '😀').toBe(false);
});
