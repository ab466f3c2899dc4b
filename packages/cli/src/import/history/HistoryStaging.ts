import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { canonicalJson, type HistoryAppend, type JsonValue, type RecordedEvent } from '@nexus/shared';
import { RowError } from '../../errors.ts';
import { type HistoryLine, parseHistoryLine } from './historyLine.ts';

/** An append that waits to be taken over. */
export interface StagedAppend {
  readonly key: number;
  /** Of its receipt in the input. */
  readonly line: number;
  readonly rows: number;
  /** About, of all its rows together. */
  readonly bytes: number;
}

/** A line of an append, as it was read. */
export interface StagedLine {
  readonly line: number;
  readonly source: JsonValue;
}

type ReceiptLine = Extract<HistoryLine, { kind: 'receipt' }>;
type EventLine = Extract<HistoryLine, { kind: 'event' }>;

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

/**
 * The appends of a file of history, on disk, put together whatever order their events came in. A private temporary
 * database, which ends with the process whatever happens.
 */
export class HistoryStaging {
  readonly #database = new DatabaseSync('');
  readonly #statements: ReturnType<typeof prepare>;

  constructor() {
    this.#database.exec(SCHEMA);
    this.#statements = prepare(this.#database);
    this.#database.exec('BEGIN');
  }

  addRules({ digest, text }: Extract<HistoryLine, { kind: 'rules' }>): void {
    this.#statements.insertRules.run(digest, text);
  }

  findRules(digest: string): string | undefined {
    const text = this.#statements.rulesOf.get(digest)?.text;
    return text === undefined ? undefined : String(text);
  }

  /** A receipt may come again as it is. @throws RowError - it comes again with other content */
  addReceipt({ receipt, storeId }: ReceiptLine, { line, source }: StagedLine): void {
    const { insertAppend, insertShare, receiptSource } = this.#statements;
    const text = JSON.stringify(source);
    const before = receiptSource.get(receipt.receiptId)?.source;
    if (before === undefined) {
      const key = insertAppend.run(receipt.receiptId, line, text).lastInsertRowid;
      for (const { aggregateId, fromVersion, toVersion } of receipt.shares) {
        insertShare.run(key, aggregateId, fromVersion, toVersion);
      }
    } else if (!isSameJson(String(before), { receipt, storeId } as unknown as JsonValue)) {
      const message = `Receipt ${receipt.receiptId} comes twice, with different content; import each store's history by itself`;
      throw new RowError(message, { rule: 'repeated-receipt' });
    }
  }

  /**
   * @returns whether it is new; false when the same event came before
   * @throws RowError - its receipt does not stand before it, or another event came for its place
   */
  addEvent({ event, receiptId }: EventLine, { line, source }: StagedLine): boolean {
    const { appendKey, insertRow, countRow, rowAt, insertType, insertAggregate } = this.#statements;
    const key = appendKey.get(receiptId)?.key;
    if (key === undefined) {
      const message = `No line before the event has the receipt ${receiptId} that it names; export the history again, whole`;
      throw new RowError(message, { rule: 'receipt' });
    }
    const { aggregateId, aggregateVersion } = event;
    const before = rowAt.get(key, aggregateId, aggregateVersion)?.source;
    if (before !== undefined && isSameJson(String(before), source)) return false;
    if (before !== undefined) throw repeatedPlace(event);
    const text = JSON.stringify(source);
    insertRow.run(key, aggregateId, aggregateVersion, line, text);
    countRow.run(Buffer.byteLength(text), key);
    insertType.run(String(event.eventType));
    insertAggregate.run(aggregateId);
    return true;
  }

  /** Called once, when the input was read: an append waits for those that end where its shares begin. */
  order(): void {
    this.#statements.countWaits.run();
  }

  /**
   * Takes out the next append that waits for no other.
   *
   * @param waiting - take one that waits, since nothing is left that it could wait for
   */
  take(waiting: boolean): StagedAppend | undefined {
    const { nextReady, nextWaiting, takeAppend } = this.#statements;
    const row = (waiting ? nextWaiting : nextReady).get();
    if (row === undefined) return undefined;
    takeAppend.run(row.key as number);
    return { key: Number(row.key), line: Number(row.line), rows: Number(row.rows), bytes: Number(row.bytes) };
  }

  /** The append as the file has it. Its events come in the order of their lines. */
  read({ key }: StagedAppend): HistoryAppend {
    const { receipt, storeId } = parseHistoryLine(this.#receiptSource(key)) as ReceiptLine;
    const events: RecordedEvent[] = [];
    for (const { source } of this.lines(key)) events.push((parseHistoryLine(source) as EventLine).event);
    return { events, receipt, storeId, findRules: (digest) => this.findRules(digest) };
  }

  /** The lines of an append's events, one by one. */
  *lines(key: number): Generator<StagedLine, void, undefined> {
    for (const { line, source } of this.#statements.rowsOf.iterate(key)) {
      yield { line: Number(line), source: JSON.parse(String(source)) };
    }
  }

  receiptLine({ key, line }: StagedAppend): StagedLine {
    return { line, source: this.#receiptSource(key) };
  }

  /** The append is stored, or refused: what waited for it need not wait any longer. */
  settle({ key }: StagedAppend): void {
    this.#statements.release.run(key);
    this.#statements.deleteRows.run(key);
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

  #receiptSource(key: number): JsonValue {
    return JSON.parse(String(this.#statements.sourceOf.get(key)?.source));
  }
}

function prepare(database: DatabaseSync) {
  const statement = (sql: string): StatementSync => database.prepare(sql);
  const append = 'SELECT key, line, row_count AS rows, bytes FROM appends WHERE taken = 0';
  return {
    insertAppend: statement('INSERT INTO appends (receipt_id, line, source) VALUES (?, ?, ?)'),
    receiptSource: statement('SELECT source FROM appends WHERE receipt_id = ?'),
    appendKey: statement('SELECT key FROM appends WHERE receipt_id = ?'),
    sourceOf: statement('SELECT source FROM appends WHERE key = ?'),
    insertShare: statement('INSERT INTO shares VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    insertRow: statement('INSERT INTO rows (append, aggregate, version, line, source) VALUES (?, ?, ?, ?, ?)'),
    countRow: statement('UPDATE appends SET row_count = row_count + 1, bytes = bytes + ? WHERE key = ?'),
    rowAt: statement('SELECT source FROM rows WHERE append = ? AND aggregate = ? AND version = ?'),
    rowsOf: statement('SELECT line, source FROM rows WHERE append = ? ORDER BY key'),
    deleteRows: statement('DELETE FROM rows WHERE append = ?'),
    countWaits: statement(
      `UPDATE appends SET waits = (SELECT count(*) FROM shares s JOIN shares p
         ON p.aggregate = s.aggregate AND p.to_version = s.from_version - 1 WHERE s.append = appends.key)`,
    ),
    release: statement(
      `UPDATE appends SET waits = waits - n FROM (SELECT s.append AS waiting, count(*) AS n FROM shares p JOIN shares s
         ON s.aggregate = p.aggregate AND s.from_version = p.to_version + 1 WHERE p.append = ? GROUP BY s.append)
         WHERE key = waiting`,
    ),
    nextReady: statement(`${append} AND waits = 0 ORDER BY key LIMIT 1`),
    nextWaiting: statement(`${append} ORDER BY waits, key LIMIT 1`),
    takeAppend: statement('UPDATE appends SET taken = 1 WHERE key = ?'),
    insertRules: statement('INSERT INTO rules VALUES (?, ?) ON CONFLICT DO NOTHING'),
    rulesOf: statement('SELECT text FROM rules WHERE digest = ?'),
    insertType: statement('INSERT INTO types VALUES (?) ON CONFLICT DO NOTHING'),
    countTypes: statement('SELECT count(*) AS count FROM types'),
    insertAggregate: statement('INSERT INTO aggregates VALUES (?) ON CONFLICT DO NOTHING'),
    countAggregates: statement('SELECT count(*) AS count FROM aggregates'),
  };
}

function isSameJson(text: string, other: JsonValue): boolean {
  return canonicalJson(JSON.parse(text)) === canonicalJson(other);
}

function repeatedPlace({ aggregateId, aggregateVersion }: RecordedEvent): RowError {
  const message = `Version ${aggregateVersion} of ${aggregateId} comes twice under one receipt, with different content; export the history again, whole`;
  return new RowError(message, { rule: 'repeated-place' });
}
