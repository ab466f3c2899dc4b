import type { DatabaseSync, StatementResultingChanges, StatementSync } from 'node:sqlite';
import type { StoredPlace } from '@nexus/shared';
import type { AppendRequest, HeldPlaces, RecordRequest, WriteOutcome, WriteRequest } from './protocol.ts';
import { StoredLookup } from './StoredLookup.ts';

/** The writer's connection and its prepared statements. Applies requests within a transaction that its caller holds. */
export class WriteSession {
  readonly #database: DatabaseSync;
  readonly #lookup: StoredLookup;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #version: StatementSync;
  readonly #eventWithId: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #insertRecord: StatementSync;
  readonly #updateRecord: StatementSync;
  readonly #deleteRecord: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql);
    this.#database = database;
    this.#lookup = new StoredLookup(database);
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#rollback = prepare('ROLLBACK');
    this.#version = prepare('SELECT version FROM events WHERE aggregate_id = ? ORDER BY version DESC LIMIT 1');
    this.#version.setReturnArrays(true);
    this.#eventWithId = prepare(
      'SELECT aggregate_id, version FROM events WHERE event_id = ? ORDER BY position LIMIT 1',
    );
    this.#insertEvent = prepare(
      `INSERT INTO events (aggregate_id, version, event_id, event_type, aggregate_type, timestamp, digest, schema_version,
         metadata, payload, recorded_at, out_of_order, traceparent, first_position, receipt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertRecord = prepare('INSERT INTO records (key, value, revision) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#updateRecord = prepare('UPDATE records SET value = ?, revision = ? WHERE key = ? AND revision = ?');
    this.#deleteRecord = prepare('DELETE FROM records WHERE key = ? AND revision = ?');
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction;
  }

  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** Ends a transaction without a trace, where there still is one. */
  rollback(): void {
    if (this.#database.isTransaction) this.#rollback.run();
  }

  /** Applies one request. An error may leave it half applied: the transaction must not be committed. */
  apply(request: WriteRequest): WriteOutcome {
    return request.kind === 'append' ? this.#append(request) : this.#writeRecord(request);
  }

  isStored(request: WriteRequest): boolean {
    return this.#lookup.isStored(request);
  }

  close(): void {
    this.#database.close();
  }

  /** Moves what the write-ahead log holds into the file, as far as readers allow, and empties it. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /**
   * Stores a commit that begins directly behind each of its aggregates. Whatever else it may be (a repeat, a conflict,
   * a gap) is judged by its sender, by the same rules for every journal, from what is held here and now.
   */
  #append({ starts, rows, commit, receipt, uniqueEventIds }: AppendRequest): WriteOutcome {
    const versions = starts.map(([aggregateId]) => this.#versionOf(aggregateId));
    const goesOn = starts.every(([, fromVersion], index) => versions[index] === fromVersion - 1);
    if (!goesOn) return { kind: 'held', held: this.#heldPlaces(versions, rows) };
    if (uniqueEventIds) {
      const duplicate = this.#firstDuplicate(rows);
      if (duplicate !== undefined) return duplicate;
    }
    let firstPosition: number | bigint | null = null;
    for (const row of rows) {
      const ownReceipt = firstPosition === null ? receipt : null;
      const inserted: StatementResultingChanges = this.#insertEvent.run(...row, ...commit, firstPosition, ownReceipt);
      firstPosition ??= inserted.lastInsertRowid;
    }
    return { kind: 'stored' };
  }

  #versionOf(aggregateId: string): number {
    const row = this.#version.get(aggregateId) as unknown as [number] | undefined;
    return row?.[0] ?? 0;
  }

  #heldPlaces(versions: readonly number[], rows: AppendRequest['rows']): HeldPlaces {
    return { versions, places: rows.map(([aggregateId, version]) => this.#placeAt(aggregateId, version)) };
  }

  #placeAt(aggregateId: string, version: number): StoredPlace | null {
    return this.#lookup.placeAt(aggregateId, version) ?? null;
  }

  #firstDuplicate(rows: AppendRequest['rows']): WriteOutcome | undefined {
    for (const [, , eventId] of rows) {
      const found = this.#eventWithId.get(eventId);
      if (found === undefined) continue;
      const aggregateId = String(found.aggregate_id);
      return { kind: 'duplicate-event-id', eventId, aggregateId, aggregateVersion: Number(found.version) };
    }
    return undefined;
  }

  #writeRecord({ key, value, revision, expected }: RecordRequest): WriteOutcome {
    const { changes } = this.#recordStatementResult(key, value, revision, expected);
    return Number(changes) === 1 ? { kind: 'stored' } : { kind: 'record-changed' };
  }

  #recordStatementResult(key: string, value: string | null, revision: string, expected: string | null) {
    if (value === null) return this.#deleteRecord.run(key, expected);
    if (expected === null) return this.#insertRecord.run(key, value, revision);
    return this.#updateRecord.run(value, revision, key, expected);
  }
}
