import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Commit, FeedEntry } from '@nexus/shared';
import { expect, onTestFinished, test } from 'vitest';
import { SqliteJournal } from '../SqliteJournal.ts';
import { appendRequestOf } from './protocol.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const COMMITS = [
  commitOf([eventOf('a', 1)]),
  commitOf([...eventsOf('a', 2, 3), eventOf('b', 1)], { traceparent: TRACEPARENT }),
  commitOf([eventOf('b', 2)], { outOfOrder: true }),
  commitOf(eventsOf('c', 1, 2)),
];

/** A file as the first layout had it: a table of commits beside that of events. */
function storeOfFirstLayout(path: string, commits: readonly Commit[]): void {
  const database = new DatabaseSync(path);
  database.exec(`${MIGRATIONS[0]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  database.exec(`INSERT INTO store VALUES (1, 'the-store', 3); INSERT INTO records VALUES ('k', '1', 'r')`);
  const insertCommit = database.prepare(
    'INSERT INTO commits (recorded_at, out_of_order, traceparent, receipt) VALUES (?, ?, ?, ?)',
  );
  const insertEvent = database.prepare(
    `INSERT INTO events (commit_id, aggregate_id, version, event_id, event_type, aggregate_type, timestamp, digest,
       schema_version, metadata, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { commit, receipt, rows } of commits.map(appendRequestOf)) {
    const commitId = insertCommit.run(...commit, receipt).lastInsertRowid;
    for (const row of rows) insertEvent.run(commitId, ...row);
  }
  database.close();
}

function open(path: string): SqliteJournal {
  const journal = new SqliteJournal({ path });
  onTestFinished(() => journal.close());
  return journal;
}

async function contentOf(journal: SqliteJournal) {
  const entries: FeedEntry[] = [];
  for await (const page of journal.readFeed({ follow: false })) entries.push(...page);
  const receipts = entries.map(({ event }) => journal.getReceipt(event.aggregateId, event.aggregateVersion));
  return { entries, receipts: await Promise.all(receipts) };
}

test('a store of the first layout is brought to the present one, and holds what it held', async () => {
  const [former, path] = [join(temporaryFolder(), 'former.db'), join(temporaryFolder(), 'nexus.db')];
  storeOfFirstLayout(former, COMMITS);
  const expected = open(path);
  for (const commit of COMMITS) await expected.append(commit);

  const migrated = open(former);

  expect(await contentOf(migrated)).toEqual(await contentOf(expected));
  expect(await migrated.identity()).toEqual({ storeId: 'the-store', epoch: 3 });
  expect(await migrated.records.get('k')).toMatchObject({ value: 1, revision: 'r' });
  expect(await migrated.checkIntegrity()).toEqual([]);
});

test('a store that was brought to the present layout takes the same append again, and goes on', async () => {
  const path = join(temporaryFolder(), 'former.db');
  storeOfFirstLayout(path, COMMITS);
  const journal = open(path);

  const repeated = await journal.append(COMMITS[1] as Commit);
  const next = await journal.append(commitOf([eventOf('c', 3)]));

  expect([repeated.replayed, next.replayed]).toEqual([true, false]);
  expect(repeated.receipts).toEqual([COMMITS[1]?.receipt]);
  expect(await journal.feedHead()).toMatchObject({ position: '8' });
});
