import { expect, it } from 'vitest';
import { LinearRegExp } from './LinearRegExp.ts';

it('finds an empty match at the end, and nothing behind it', () => {
  const pattern = new LinearRegExp(/x*/);

  pattern.lastIndex = 1;
  expect(pattern.exec('a')).toMatchObject({ index: 1, 0: '' });
  pattern.lastIndex = 2;
  expect(pattern.exec('a')).toBeNull();
  expect(pattern.lastIndex).toBe(0);
});
