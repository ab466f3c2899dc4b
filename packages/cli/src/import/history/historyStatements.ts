import type { DatabaseSync, StatementSync } from 'node:sqlite';

const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -32000;
  CREATE TABLE appends (
    key INTEGER PRIMARY KEY, receipt_id TEXT NOT NULL UNIQUE, line INTEGER NOT NULL, source TEXT NOT NULL,
    row_count INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, waits INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX ready ON appends (waits, key) WHERE taken = 0;
  CREATE TABLE shares (append INTEGER, aggregate TEXT, from_version INTEGER, to_version INTEGER,
    PRIMARY KEY (append, aggregate)) WITHOUT ROWID;
  CREATE INDEX share_starts ON shares (aggregate, from_version);
  CREATE INDEX share_ends ON shares (aggregate, to_version);
  CREATE TABLE rows (
    key INTEGER PRIMARY KEY, append INTEGER NOT NULL, aggregate TEXT NOT NULL, version INTEGER NOT NULL,
    line INTEGER NOT NULL, source TEXT NOT NULL, UNIQUE (append, aggregate, version)
  );
  CREATE TABLE rules (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE types (name TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE aggregates (id TEXT PRIMARY KEY) WITHOUT ROWID;
`;

const STATEMENTS = {
  insertAppend: 'INSERT INTO appends (receipt_id, line, source) VALUES (?, ?, ?)',
  receiptSource: 'SELECT source FROM appends WHERE receipt_id = ?',
  appendKey: 'SELECT key FROM appends WHERE receipt_id = ?',
  sourceOf: 'SELECT source FROM appends WHERE key = ?',
  insertShare: 'INSERT INTO shares VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  insertRow: 'INSERT INTO rows (append, aggregate, version, line, source) VALUES (?, ?, ?, ?, ?)',
  countRow: 'UPDATE appends SET row_count = row_count + 1, bytes = bytes + ? WHERE key = ?',
  rowAt: 'SELECT source FROM rows WHERE append = ? AND aggregate = ? AND version = ?',
  rowsOf: 'SELECT line, source FROM rows WHERE append = ? ORDER BY key',
  deleteRows: 'DELETE FROM rows WHERE append = ?',
  countWaits: `UPDATE appends SET waits = (SELECT count(*) FROM shares s JOIN shares p
         ON p.aggregate = s.aggregate AND p.to_version = s.from_version - 1 WHERE s.append = appends.key)`,
  release: `UPDATE appends SET waits = waits - n FROM (SELECT s.append AS waiting, count(*) AS n FROM shares p JOIN shares s
         ON s.aggregate = p.aggregate AND s.from_version = p.to_version + 1 WHERE p.append = ? GROUP BY s.append)
         WHERE key = waiting`,
  nextReady: `SELECT key, line, row_count AS rows, bytes FROM appends WHERE taken = 0 AND waits = 0 ORDER BY key LIMIT 1`,
  nextWaiting: `SELECT key, line, row_count AS rows, bytes FROM appends WHERE taken = 0 ORDER BY waits, key LIMIT 1`,
  takeAppend: 'UPDATE appends SET taken = 1 WHERE key = ?',
  insertRules: 'INSERT INTO rules VALUES (?, ?) ON CONFLICT DO NOTHING',
  rulesOf: 'SELECT text FROM rules WHERE digest = ?',
  insertType: 'INSERT INTO types VALUES (?) ON CONFLICT DO NOTHING',
  countTypes: 'SELECT count(*) AS count FROM types',
  insertAggregate: 'INSERT INTO aggregates VALUES (?) ON CONFLICT DO NOTHING',
  countAggregates: 'SELECT count(*) AS count FROM aggregates',
} as const;

type StatementName = keyof typeof STATEMENTS;

/** Makes the tables of a staging database, and its statements. */
export function prepareStatements(database: DatabaseSync): Record<StatementName, StatementSync> {
  database.exec(SCHEMA);
  const statements = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(statements) as Record<StatementName, StatementSync>;
}
