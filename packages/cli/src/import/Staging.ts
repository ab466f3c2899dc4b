import { hash } from 'node:crypto';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { type DomainEvent, type JsonValue, readJson } from '@nexus/shared';
import type { ImportEvent, ImportRow } from './ImportRow.ts';

/** A row that waits to be appended. */
export interface StagedRow {
  readonly key: number;
  readonly line: number;
  /** Absent: the row takes the next version. */
  readonly version?: number;
  /** Without its version. */
  readonly event: Omit<DomainEvent, 'aggregateVersion'>;
  readonly bytes: number;
  readonly source: JsonValue;
}

export interface StagedAggregate {
  readonly key: number;
  readonly aggregateId: string;
}

/** What became of a row: it waits, or the same id was there before with the same content, or with another. */
export type Staged = 'added' | 'repeated' | 'contradicted';

const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -32000;
  CREATE TABLE aggregates (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE types (name TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE contents (hash TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE rows (
    key INTEGER PRIMARY KEY, aggregate INTEGER NOT NULL, version INTEGER, time TEXT NOT NULL, event_id TEXT NOT NULL,
    line INTEGER NOT NULL, event TEXT NOT NULL, source TEXT NOT NULL
  );
  CREATE UNIQUE INDEX row_ids ON rows (aggregate, event_id) WHERE version IS NULL;
  CREATE INDEX row_places ON rows (aggregate, version IS NULL, version, time, key);
`;

/**
 * The rows of an import, on disk, sorted: those of an aggregate that say their version by it, then the others by time,
 * equal times in the order of the input. A private temporary database, which ends with the process whatever happens.
 */
export class Staging {
  readonly #database = new DatabaseSync('');
  readonly #statements: ReturnType<typeof prepare>;
  #rows = 0;

  constructor() {
    this.#database.exec(SCHEMA);
    this.#statements = prepare(this.#database);
    this.#database.exec('BEGIN');
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  add({ line, source }: Pick<ImportRow, 'line' | 'source'>, found: ImportEvent): Staged {
    const eventId = found.eventId ?? this.#idOf(found.content ?? '');
    const event = { eventId, ...found.event };
    const aggregate = this.#aggregateKey(event.aggregateId);
    const text = JSON.stringify(event);
    // An id that was made here is new; one that the row brings may have come before.
    if (found.version === undefined && found.eventId !== undefined) {
      const before = this.#statements.eventById.get(aggregate, eventId);
      if (before !== undefined) return before.event === text ? 'repeated' : 'contradicted';
    }
    const { timestamp, eventType } = event;
    this.#statements.insertRow.run(
      aggregate,
      found.version ?? null,
      String(timestamp),
      eventId,
      line,
      text,
      JSON.stringify(source),
    );
    this.#statements.insertType.run(String(eventType));
    this.#rows++;
    return 'added';
  }

  /** In the order of first appearance. @param after - key of the one before; 0 for the first */
  nextAggregate(after: number): StagedAggregate | undefined {
    const row = this.#statements.nextAggregate.get(after);
    return row && { key: Number(row.key), aggregateId: String(row.id) };
  }

  /** The rows of an aggregate that wait, in their order, read as they are asked for: rows can be large. */
  *next(aggregate: number): Generator<StagedRow, void, undefined> {
    for (const row of this.#statements.nextRows.iterate(aggregate)) yield rowOf(row);
  }

  /** The rows that a stored event may be: the one with its id, and those that claim its version. */
  candidates(aggregate: number, eventId: string, version: number): StagedRow[] {
    const byId = this.#statements.rowsById.all(aggregate, eventId);
    return [...byId, ...this.#statements.rowsByVersion.all(aggregate, version)].map(rowOf);
  }

  /** Takes a row out: it is stored, or refused. */
  settle(row: StagedRow): void {
    this.#statements.deleteRow.run(row.key);
    this.#rows--;
  }

  countAggregates(): number {
    return Number(this.#statements.countAggregates.get()?.count);
  }

  countTypes(): number {
    return Number(this.#statements.countTypes.get()?.count);
  }

  close(): void {
    this.#database.close();
  }

  #aggregateKey(aggregateId: string): number {
    const known = this.#statements.aggregateKey.get(aggregateId)?.key;
    return Number(known ?? this.#statements.insertAggregate.run(aggregateId).lastInsertRowid);
  }

  /** The second of two equal rows is another event than the first. */
  #idOf(content: string): string {
    const digest = hash('sha256', content, 'hex');
    const rows = Number(this.#statements.countContent.get(digest)?.rows);
    return rows === 1 ? `row-${digest}` : `row-${digest}-${rows}`;
  }
}

function prepare(database: DatabaseSync) {
  const statement = (sql: string): StatementSync => database.prepare(sql);
  const row = 'SELECT key, version, line, event, source FROM rows WHERE aggregate = ?';
  return {
    insertAggregate: statement('INSERT INTO aggregates (id) VALUES (?)'),
    aggregateKey: statement('SELECT key FROM aggregates WHERE id = ?'),
    nextAggregate: statement('SELECT key, id FROM aggregates WHERE key > ? ORDER BY key LIMIT 1'),
    countAggregates: statement('SELECT count(*) AS count FROM aggregates'),
    insertType: statement('INSERT INTO types (name) VALUES (?) ON CONFLICT DO NOTHING'),
    countTypes: statement('SELECT count(*) AS count FROM types'),
    countContent: statement(
      'INSERT INTO contents (hash, rows) VALUES (?, 1) ON CONFLICT DO UPDATE SET rows = rows + 1 RETURNING rows',
    ),
    eventById: statement('SELECT event FROM rows WHERE aggregate = ? AND event_id = ? AND version IS NULL'),
    insertRow: statement(
      'INSERT INTO rows (aggregate, version, time, event_id, line, event, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    nextRows: statement(`${row} ORDER BY version IS NULL, version, time, key`),
    rowsById: statement(`${row} AND event_id = ? AND version IS NULL`),
    rowsByVersion: statement(`${row} AND (version IS NULL) = 0 AND version = ?`),
    deleteRow: statement('DELETE FROM rows WHERE key = ?'),
  };
}

function rowOf(row: Record<string, SQLOutputValue>): StagedRow {
  const text = String(row.event);
  return {
    key: Number(row.key),
    line: Number(row.line),
    ...(row.version === null ? {} : { version: Number(row.version) }),
    event: readJson(text) as unknown as StagedRow['event'],
    bytes: Buffer.byteLength(text),
    source: readJson(String(row.source)),
  };
}
