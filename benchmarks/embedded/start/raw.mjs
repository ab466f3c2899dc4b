import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The same append by node:sqlite alone: the table and index of the other works, and the condition on the version. */
const database = new DatabaseSync(process.argv[2]);
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, aggregate_id TEXT NOT NULL, version INTEGER NOT NULL, event_id TEXT NOT NULL,
    event_type TEXT NOT NULL, timestamp INTEGER NOT NULL, payload TEXT NOT NULL, metadata TEXT NOT NULL,
    UNIQUE (aggregate_id, version)
  ) STRICT;
  CREATE INDEX by_type_and_time ON events (event_type, timestamp, aggregate_id, version)`);
const [timestamp, payload] = [
  '2026-01-01T00:00:00.000Z',
  { customer: 'customer-000042', total: 129.5, currency: 'EUR' },
];
database.exec('BEGIN IMMEDIATE');
const { version } = database
  .prepare('SELECT max(version) AS version FROM events WHERE aggregate_id = ?')
  .get('order-1');
if ((version ?? 0) !== 0) throw new RangeError('order-1 has moved on');
database
  .prepare(
    'INSERT INTO events (event_id, event_type, aggregate_id, version, timestamp, payload, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  .run('order-1-1', 'OrderPlaced', 'order-1', 1, Date.parse(timestamp), JSON.stringify(payload), '{"userId":"u-042"}');
database.exec('COMMIT');
writeSync(1, 'acknowledged');
database.close();
