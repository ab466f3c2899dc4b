import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLinearizable, isLinearizable } from './checkLinearizable.ts';
import type { AppendOperation, Operation, ReadOperation, VersionOperation } from './Operation.ts';
import { hasAnOrder } from './testing/everyOrder.ts';

type Times = readonly [invokedAt: number, respondedAt: number];

function append(
  times: Times,
  fromVersion: number,
  ids: string,
  outcome: AppendOperation['outcome'] = 'stored',
  actualVersion?: number,
): AppendOperation {
  const actual = actualVersion === undefined ? {} : { actualVersion };
  return { call: 'append', ...timed(times), fromVersion, eventIds: [...ids], outcome, ...actual };
}

function read(times: Times, ids: string, fromVersion = 1, toVersion?: number): ReadOperation {
  const end = toVersion === undefined ? {} : { toVersion };
  return { call: 'read', ...timed(times), fromVersion, eventIds: [...ids], ...end };
}

function version(times: Times, at: number): VersionOperation {
  return { call: 'version', ...timed(times), version: at };
}

function timed([invokedAt, respondedAt]: Times) {
  return { aggregateId: 'a', invokedAt, respondedAt };
}

const GOOD: Readonly<Record<string, readonly Operation[]>> = {
  'nothing happens': [],
  'an unknown aggregate is empty': [read([1, 2], ''), version([3, 4], 0)],
  'a read follows an append': [append([1, 2], 1, 'xy'), read([3, 4], 'xy'), version([5, 6], 2)],
  'a read beside an append sees it': [append([1, 4], 1, 'xy'), read([2, 3], 'xy')],
  'a read beside an append does not see it': [append([1, 4], 1, 'xy'), read([2, 3], '')],
  'one reader sees it, and another one after it still called before the answer': [
    append([1, 9], 1, 'x'),
    read([2, 3], ''),
    read([4, 5], 'x'),
  ],
  'bounds cut an append': [
    append([1, 2], 1, 'xyz'),
    read([3, 4], 'y', 2, 2),
    read([5, 6], '', 4),
    read([7, 8], 'z', 3, 9),
  ],
  'one of two writers wins': [append([1, 5], 1, 'x'), append([2, 4], 1, 'y', 'conflict', 1), read([6, 7], 'x')],
  'a conflict is answered before the winner is': [append([1, 5], 1, 'x'), append([2, 3], 1, 'y', 'conflict', 1)],
  'a gap closes': [append([1, 2], 3, 'z', 'gap', 0), append([3, 4], 1, 'xy'), append([5, 6], 3, 'z')],
  'a repeat is found in another grouping': [
    append([1, 2], 1, 'x'),
    append([3, 4], 2, 'y'),
    append([5, 6], 1, 'xy', 'replayed'),
  ],
  'an append that is stored in part conflicts': [append([1, 2], 1, 'x'), append([3, 4], 1, 'xy', 'conflict', 1)],
  'an ambiguous append is stored': [append([1, 2], 1, 'x', 'ambiguous'), read([3, 4], 'x')],
  'an ambiguous append is stored later': [
    append([1, 2], 1, 'x', 'ambiguous'),
    read([3, 4], ''),
    version([5, 6], 1),
    append([7, 8], 1, 'x', 'replayed'),
  ],
  'an ambiguous append is never stored': [
    append([1, 2], 1, 'x', 'ambiguous'),
    append([3, 4], 1, 'y'),
    read([5, 6], 'y'),
  ],
  'an ambiguous append is sent again': [
    append([1, 2], 1, 'x', 'ambiguous'),
    append([3, 4], 1, 'x', 'ambiguous'),
    append([5, 6], 1, 'x'),
    read([7, 8], 'x'),
  ],
};

const BAD: Readonly<Record<string, readonly Operation[]>> = {
  'a read after an acknowledged append is stale': [append([1, 2], 1, 'x'), read([3, 4], '')],
  'a version after an acknowledged append is stale': [append([1, 2], 1, 'x'), version([3, 4], 0)],
  'an append is lost, and its version given to another': [
    append([1, 2], 1, 'x'),
    append([3, 4], 1, 'y'),
    read([5, 6], 'y'),
  ],
  'an append is lost between two others': [append([1, 2], 1, 'x'), append([3, 4], 2, 'y'), read([5, 6], 'x')],
  'an append is doubled': [append([1, 2], 1, 'xy'), read([3, 4], 'xyxy')],
  'a repeat is stored a second time': [append([1, 2], 1, 'x'), append([3, 4], 1, 'x')],
  'two writers win one version': [append([1, 4], 1, 'x'), append([2, 3], 1, 'y')],
  'two writers of the same append both say that they stored it': [append([1, 4], 1, 'x'), append([2, 3], 1, 'x')],
  'half of an append is read': [append([1, 4], 1, 'xy'), read([2, 3], 'x')],
  'the version is that of half an append': [append([1, 4], 1, 'xy'), version([2, 3], 1)],
  'a version goes back': [append([1, 9], 1, 'x'), version([2, 3], 1), version([4, 5], 0)],
  'a read goes back behind what another client saw': [append([1, 9], 1, 'x'), read([2, 3], 'x'), read([4, 5], '')],
  'events come in another order': [append([1, 2], 1, 'xy'), read([3, 4], 'yx')],
  'an event is changed': [append([1, 2], 1, 'x'), read([3, 4], 'x'), read([5, 6], 'y')],
  'an event comes from nowhere': [read([1, 2], 'x')],
  'an event is there before it is appended': [read([1, 2], 'x'), append([3, 4], 1, 'x')],
  'a bounded read leaves out events': [append([1, 2], 1, 'xyz'), read([3, 4], 'x', 1, 2)],
  'a bounded read gives too many': [append([1, 2], 1, 'xyz'), read([3, 4], 'xyz', 1, 2)],
  'an append behind a gap is stored': [append([1, 2], 2, 'y'), read([3, 4], 'y', 2)],
  'a conflict is made up': [append([1, 2], 1, 'x', 'conflict')],
  'a conflict names a version that never was': [append([1, 2], 1, 'x'), append([3, 4], 1, 'y', 'conflict', 2)],
  'a gap is made up': [append([1, 2], 1, 'x'), append([3, 4], 2, 'y', 'gap', 0)],
  'a repeat is taken for a conflict': [append([1, 2], 1, 'x'), append([3, 4], 1, 'x', 'conflict', 1)],
  'a repeat is made up': [append([1, 2], 1, 'x', 'replayed'), version([3, 4], 0)],
  'a refused append is there all the same': [
    append([1, 2], 1, 'x'),
    append([3, 4], 1, 'y', 'conflict', 1),
    read([5, 6], 'xy'),
  ],
  'an ambiguous append appears twice': [append([1, 2], 1, 'x', 'ambiguous'), read([3, 4], 'xx')],
  'an ambiguous append appears, and goes': [append([1, 2], 1, 'x', 'ambiguous'), read([3, 4], 'x'), read([5, 6], '')],
  'an ambiguous append appears before it is called': [read([1, 2], 'x'), append([3, 4], 1, 'x', 'ambiguous')],
};

it.each(Object.entries(GOOD))('takes a history in which %s', (_name, history) => {
  expect(checkLinearizable(history)).toEqual({ linearizable: true });
  expect(isLinearizable(history.toReversed())).toBe(true);
});

it.each(Object.entries(BAD))('refuses a history in which %s', (_name, history) => {
  expect(checkLinearizable(history)).toMatchObject({ linearizable: false, aggregateId: 'a' });
  expect(isLinearizable(history.toReversed())).toBe(false);
});

it('checks each aggregate by itself, and names the one at fault', () => {
  const history = [append([1, 2], 1, 'x'), { ...append([3, 4], 1, 'x'), aggregateId: 'b' }];
  const stale = { ...read([5, 6], ''), aggregateId: 'b' };

  expect(isLinearizable(history)).toBe(true);
  expect(checkLinearizable([...history, stale])).toEqual({
    linearizable: false,
    aggregateId: 'b',
    reason: `at version 1 none of these can come next: ${JSON.stringify(stale)}`,
  });
});

it('says where two clients disagree about one version', () => {
  expect(checkLinearizable([append([1, 2], 1, 'xy'), read([3, 4], 'xz')])).toEqual({
    linearizable: false,
    aggregateId: 'a',
    reason: 'version 2 is y for one, and z for another',
  });
});

it('finds the one order among many ambiguous appends that the last answer leaves', () => {
  const versions = Array.from({ length: 12 }, (_, index) => index + 1);
  const history = versions.flatMap((at) => [...'abcd'].map((id) => append([at, at], at, id, 'ambiguous')));
  const seen = read([90, 91], 'dcbadcbadcba');

  expect(isLinearizable([...history, seen])).toBe(true);
  expect(isLinearizable([...history, seen, version([92, 93], 11)])).toBe(false);
});

it('gives up at its bound rather than search without end', () => {
  const versions = Array.from({ length: 12 }, (_, index) => index + 1);
  const history = versions.flatMap((at) => [...'abcd'].map((id) => append([at, at], at, id, 'ambiguous')));

  const check = () => isLinearizable([...history, version([90, 91], 13)], { statesMax: 1_000 });

  expect(check).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

const ids = (minLength: number) => fc.string({ minLength, maxLength: 2, unit: fc.constantFrom('x', 'y') });
const times = fc.tuple(fc.nat(8), fc.nat(8)).map(([from, length]): Times => [2 * from, 2 * from + 2 * length + 1]);
const outcomes = fc.constantFrom('stored', 'stored', 'replayed', 'conflict', 'gap', 'ambiguous');
const operations = fc.oneof(
  fc
    .tuple(times, fc.integer({ min: 1, max: 3 }), ids(1), outcomes, fc.option(fc.nat(3), { nil: undefined }))
    .map(([when, from, some, outcome, actual]) =>
      append(when, from, some, outcome, outcome === 'conflict' || outcome === 'gap' ? actual : undefined),
    ),
  fc
    .tuple(times, ids(0), fc.integer({ min: 1, max: 3 }), fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }))
    .map(([when, some, from, to]) => read(when, some, from, to)),
  fc.tuple(times, fc.nat(4)).map(([when, at]) => version(when, at)),
);

it('agrees with a search through every order, on every small history', () => {
  const found = { true: 0, false: 0 };

  fc.assert(
    fc.property(fc.array(operations, { maxLength: 5 }), (history) => {
      const expected = hasAnOrder(history);
      found[`${expected}`] += 1;

      expect(isLinearizable(history)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );

  expect(Math.min(found.true, found.false)).toBeGreaterThan(200);
});
