import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Commit, DomainEvent } from '@nexus/shared';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { appendRequestOf, type RecordRequest, type WriteRequest } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriteSession } from './WriteSession.ts';

function sessionOf(): { readonly session: WriteSession; readonly database: DatabaseSync } {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const database = connect(path, { busyTimeoutMs: 0 });
  const session = new WriteSession(database);
  onTestFinished(() => session.close());
  return { session, database };
}

const appendOf = (events: readonly DomainEvent[], more?: Partial<Commit>) => appendRequestOf(commitOf(events, more));

const recordOf = (more: Partial<RecordRequest>): RecordRequest => ({
  ...{ kind: 'record', bytes: 1, key: 'key', value: '1', revision: 'r1', expected: null },
  ...more,
});

test('an append of which one aggregate goes on and another does not is held, whole, with what is at its places', () => {
  const { session } = sessionOf();
  const stored = commitOf(eventsOf('a', 1, 2));
  session.apply(appendRequestOf(stored));
  const request = appendOf([eventOf('a', 2), eventOf('b', 1)]);

  const outcome = session.apply(request);

  const place = { eventId: 'a-2', digest: stored.events[1]?.digest };
  expect(outcome).toEqual({ kind: 'held', held: { versions: [2, 0], places: [place, null] } });
  expect(session.isStored(appendOf([eventOf('b', 1)]))).toBe(false);
});

test('the first event of an append has the receipt, and the others lead to it', () => {
  const { session, database } = sessionOf();
  session.apply(appendOf([eventOf('a', 1)]));
  const commit = commitOf(eventsOf('b', 1, 3));

  session.apply(appendRequestOf(commit));

  const rows = database.prepare('SELECT first_position AS first, receipt FROM events WHERE position > 1').all();
  expect(rows.map(({ first, receipt }) => [first, receipt])).toEqual([
    [null, JSON.stringify(commit.receipt)],
    [2, null],
    [2, null],
  ]);
});

test('an event id that is stored is refused, with its place, only where ids are to be unique', () => {
  const { session } = sessionOf();
  session.apply(appendOf(eventsOf('a', 1, 2)));
  const again = [eventOf('b', 1, { eventId: 'new' }), eventOf('b', 2, { eventId: 'a-2' })];

  const refused = session.apply(appendOf(again, { uniqueEventIds: true }));
  const unrelated = session.apply(appendOf([eventOf('c', 1)], { uniqueEventIds: true }));
  const accepted = session.apply(appendOf(again));

  expect(refused).toEqual({ kind: 'duplicate-event-id', eventId: 'a-2', aggregateId: 'a', aggregateVersion: 2 });
  expect([unrelated, accepted]).toEqual([{ kind: 'stored' }, { kind: 'stored' }]);
});

test('a record is written and removed over the expected revision only', () => {
  const { session, database } = sessionOf();
  const apply = (more: Partial<RecordRequest>) => session.apply(recordOf(more)).kind;

  const kinds = [
    apply({ revision: 'r1', expected: 'r0' }),
    apply({ revision: 'r1' }),
    apply({ revision: 'r2' }),
    apply({ revision: 'r2', expected: 'r0' }),
    apply({ revision: 'r2', expected: 'r1', value: '2' }),
    apply({ value: null, expected: 'r1' }),
  ];
  const rows = database.prepare('SELECT value, revision FROM records').all();
  const removed = apply({ value: null, expected: 'r2' });

  const [changed, stored] = ['record-changed', 'stored'];
  expect(kinds).toEqual([changed, stored, changed, changed, stored, changed]);
  expect(rows).toEqual([{ value: '2', revision: 'r2' }]);
  expect(removed).toBe('stored');
  expect(database.prepare('SELECT count(*) AS count FROM records').get()).toEqual({ count: 0 });
});

test('a write counts as stored only if all of it is there, and nothing else in its place', () => {
  const { session } = sessionOf();
  session.apply(appendOf(eventsOf('a', 1, 2)));
  session.apply(recordOf({ revision: 'r1' }));
  const removal = { value: null, revision: '' };
  const isStored = (request: WriteRequest) => session.isStored(request);

  const stored = [appendOf(eventsOf('a', 1, 2)), recordOf({ revision: 'r1' }), recordOf({ key: 'gone', ...removal })];
  const notStored = [
    appendOf(eventsOf('a', 2, 3)),
    appendOf([eventOf('a', 1, { payload: { count: 9 } })]),
    recordOf({ revision: 'r2' }),
    recordOf({ key: 'gone' }),
    recordOf(removal),
  ];

  expect(stored.map(isStored)).toEqual([true, true, true]);
  expect(notStored.map(isStored)).toEqual([false, false, false, false, false]);
});

test('a transaction that is gone already may be rolled back', () => {
  const { session } = sessionOf();
  session.begin();
  session.rollback();

  session.rollback();

  expect(session.isTransaction).toBe(false);
});
