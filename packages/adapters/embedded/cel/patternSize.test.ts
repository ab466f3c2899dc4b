import { expect, test } from 'vitest';
import { patternSize } from './patternSize.ts';

test.each([
  ['', 0],
  ['abc', 3],
  ['^[A-Z]{2}[0-9]{2,4}$', 8],
  ['(ab?){1,500}z', 1_501],
  ['((a|b){10}c){10}', 310],
  ['\\{2}[\\]{9}]', 4],
  ['(', 0],
  [')', 0],
])('the parts of %j are about %d', (pattern, size) => {
  expect(patternSize(pattern)).toBe(size);
});
