import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { findDamage } from './integrity.ts';
import { appendRequestOf } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriteSession } from './WriteSession.ts';

/** A store of three appends: positions 1 and 2, 3 and 4, and 5. */
function storeOf(): DatabaseSync {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const database = connect(path, { busyTimeoutMs: 0 });
  onTestFinished(() => database.close());
  const session = new WriteSession(database);
  session.begin();
  for (const events of [eventsOf('a', 1, 2), eventsOf('b', 1, 2), [eventOf('c', 1)]]) {
    session.apply(appendRequestOf(commitOf(events)));
  }
  session.commit();
  return database;
}

test('what appends have written is no damage', () => {
  expect(findDamage(storeOf())).toEqual([]);
});

test.each([
  [
    'a reference to no event',
    'UPDATE events SET first_position = 9 WHERE position = 4',
    { where: 'events 4', found: 'refers to no row of events' },
  ],
  [
    'a reference to an event that is not the first of its append',
    'UPDATE events SET first_position = 2 WHERE position = 4',
    { where: 'events 4', found: 'refers to events 2, which has no receipt' },
  ],
  [
    'an event without a receipt or a reference',
    'UPDATE events SET receipt = NULL WHERE position = 5',
    { where: 'file', found: 'CHECK constraint failed in events' },
  ],
  [
    'an event that was taken out of the feed',
    'DELETE FROM events WHERE position = 2',
    { where: 'feed', found: '4 events, but the last has position 5' },
  ],
])('%s is damage', (_what, sql, finding) => {
  const database = storeOf();
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  database.exec(sql);
  database.exec('PRAGMA ignore_check_constraints = OFF');

  const findings = findDamage(database);

  expect(findings).toEqual([finding]);
});

test.each([
  ['no event', 9_999],
  ['an event without a receipt', 2],
])('no check reports more than 100 findings, here of references to %s', (_what, firstPosition) => {
  const database = storeOf();
  database.exec('PRAGMA foreign_keys = OFF');
  const insert = database.prepare(`INSERT INTO events SELECT position + 5 + :index, aggregate_id,
    version + 1000 + :index, event_id, event_type, aggregate_type, timestamp, digest, schema_version, recorded_at,
    out_of_order, traceparent, :firstPosition, metadata, payload, NULL FROM events WHERE position = 1`);
  for (let index = 0; index < 150; index++) insert.run({ index, firstPosition });

  expect(findDamage(database)).toHaveLength(100);
});
