import type { Commit, JournalAppendResult, Receipt } from '@nexus/shared';
import { expect, test } from 'vitest';
import { appendResultOf } from './appendResult.ts';
import type { AppendOutcome, HeldPlaces } from './protocol.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';

const commit = commitOf([...eventsOf('a', 2, 3), eventOf('b', 5)]);
const earlier = commitOf(eventsOf('a', 2, 3)).receipt;
const failure = { reason: 'io-error', sqliteCode: 1034, message: 'disk I/O error' } as const;

function resultOf(outcome: AppendOutcome, receipts: readonly Receipt[] = [], of: Commit = commit): JournalAppendResult {
  return appendResultOf(of, outcome, { path: '/data/nexus.db', receiptsOf: () => receipts });
}

/** What is thrown for a held append, by what is stored at the places of its three events. */
const heldResult = (versions: HeldPlaces['versions'], stored: readonly boolean[], changed?: number) => {
  const places = commit.events.map(({ event: { eventId }, digest }, index) => {
    if (index === changed) return { eventId, digest: 'other' };
    return stored[index] ? { eventId, digest } : null;
  });
  return () => resultOf({ kind: 'held', held: { versions, places } }, [earlier]);
};

test('what is stored has the receipt of its commit', () => {
  expect(resultOf({ kind: 'stored' })).toEqual({ replayed: false, receipts: [commit.receipt] });
});

test('an append that is held whole is a repeat, with the receipts that are stored', () => {
  expect(heldResult([3, 5], [true, true, true])()).toEqual({ replayed: true, receipts: [earlier] });
});

test('what is held otherwise is refused by what the store holds for each aggregate', () => {
  expect(heldResult([3, 4], [true, true, false])).toThrow(
    expect.objectContaining({
      code: 'CONCURRENCY_CONFLICT',
      details: expect.objectContaining({
        ...{ aggregateId: 'a', expectedVersion: 1, actualVersion: 3 },
        alreadyStored: [2, 3].map((aggregateVersion) => ({ aggregateId: 'a', aggregateVersion })),
      }),
    }),
  );
  expect(heldResult([1, 3], [false, false, false])).toThrow(
    expect.objectContaining({
      code: 'VERSION_GAP',
      details: { aggregateId: 'b', expectedVersion: 4, actualVersion: 3 },
    }),
  );
  expect(heldResult([3, 5], [true, true, true], 2)).toThrow(
    expect.objectContaining({
      code: 'IDEMPOTENCY_MISMATCH',
      details: expect.objectContaining({ aggregateId: 'b', aggregateVersion: 5, storedDigest: 'other' }),
    }),
  );
});

test.each([
  ['with the receipt of this call was stored by it', [commit.receipt], false],
  ['with the receipt of another call is a repeat', [earlier], true],
  ['with receipts of several calls is a repeat', [commit.receipt, earlier], true],
])('an append that is found %s', (_what, receipts, replayed) => {
  expect(resultOf({ kind: 'found' }, receipts)).toEqual({ replayed, receipts });
});

test('an event id that is there already is refused with its place', () => {
  const place = { eventId: 'a-2', aggregateId: 'c', aggregateVersion: 7 };

  expect(() => resultOf({ kind: 'duplicate-event-id', ...place })).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_EVENT_ID', details: place }),
  );
});

test('a write that failed is unavailable, with its reason', () => {
  expect(() => resultOf({ kind: 'failed', failure })).toThrow(
    expect.objectContaining({ code: 'STORE_UNAVAILABLE', details: { reason: 'io-error' } }),
  );
});

test.each([
  ['its aggregate', commitOf([eventOf('a', 1)]), ['a'], /the append to a was stored \(disk I\/O error\)/],
  ['how many they are', commit, ['a', 'b'], /the append to 2 aggregates was stored/],
])('an append of which it is unknown whether it was stored names %s, and what to do', (_what, of, ids, message) => {
  expect(() => resultOf({ kind: 'ambiguous', failure }, [], of)).toThrow(
    expect.objectContaining({
      code: 'AMBIGUOUS_COMMIT',
      details: { aggregateIds: ids },
      message: expect.stringMatching(new RegExp(`${message.source}.*send the very same append again`)),
    }),
  );
});
