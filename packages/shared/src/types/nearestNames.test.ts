import { expect, test } from 'vitest';
import { nearestNames } from './nearestNames.ts';

const COLUMNS = ['case:concept:name', 'concept:name', 'time:timestamp', 'org:resource', 'org:group'];

test.each([
  ['timestamp', 'time:timestamp'],
  ['Concept:Name', 'concept:name'],
  ['resource', 'org:resource'],
  ['org:grop', 'org:group'],
])('finds that %s is most like %s', (asked, nearest) => {
  expect(nearestNames(asked, COLUMNS)[0]).toBe(nearest);
});

test('names three at most', () => {
  expect(nearestNames('x', COLUMNS)).toHaveLength(3);
  expect(nearestNames('x', [])).toEqual([]);
});
