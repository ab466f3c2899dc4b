import { expect, test } from 'vitest';
import type { NumberedRequest } from './protocol.ts';
import { takeGroup } from './takeGroup.ts';

const requestOf = (id: number, bytes: number): NumberedRequest => [
  id,
  { kind: 'record', bytes, key: `${id}`, value: null, revision: '', expected: null },
];

test('a group holds at most 512 requests, the first of those that wait', () => {
  const waiting = Array.from({ length: 600 }, (_, id) => requestOf(id, 1));

  const group = takeGroup(waiting);

  expect([group.length, group[0]?.[0], waiting.length, waiting[0]?.[0]]).toEqual([512, 0, 88, 512]);
});

test('a group holds at most 4 MiB, or one larger request', () => {
  const mebibyte = 1024 * 1024;
  const waiting = [16, 1, 2, 1, 1].map((size, id) => requestOf(id, size * mebibyte));

  const sizes = [takeGroup(waiting), takeGroup(waiting), takeGroup(waiting)].map((group) => group.length);

  expect(sizes).toEqual([1, 3, 1]);
});
