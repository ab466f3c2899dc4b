import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AmbiguousCommitError, type JsonValue, type RecordStore, type StoredRecord } from '@nexus/shared';
import { storeErrorOf, translating } from './driver-errors.ts';
import type { FairTurns } from './FairTurns.ts';
import { parseStored } from './parseStored.ts';
import type { RecordRequest } from './protocol.ts';
import type { WriterClient } from './WriterClient.ts';

const PAGE_RECORDS = 100;

type RecordRow = [key: string, value: string, revision: string];

/** Records in a table beside the events. Writes share the groups of the appends. */
export class SqliteRecords implements RecordStore {
  readonly #path: string;
  readonly #writer: WriterClient;
  readonly #turns: FairTurns;
  readonly #one: StatementSync;
  readonly #page: StatementSync;

  constructor(database: DatabaseSync, path: string, writer: WriterClient, turns: FairTurns) {
    this.#path = path;
    this.#writer = writer;
    this.#turns = turns;
    this.#one = database.prepare('SELECT key, value, revision FROM records WHERE key = ?');
    this.#one.setReturnArrays(true);
    this.#page = database.prepare('SELECT key, value, revision FROM records WHERE key >= ? ORDER BY key LIMIT ?');
    this.#page.setReturnArrays(true);
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    await this.#turns.due();
    const row = translating(this.#path, () => this.#one.get(key)) as unknown as RecordRow | undefined;
    return row === undefined ? undefined : recordOf(row);
  }

  async put(key: string, value: JsonValue, expected: string | null): Promise<string | undefined> {
    const revision = randomUUID();
    const written = await this.#write(key, JSON.stringify(value), revision, expected);
    return written ? revision : undefined;
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#write(key, null, '', expected);
  }

  async *list(prefix: string): AsyncGenerator<StoredRecord> {
    let from = prefix;
    for (;;) {
      await this.#turns.due();
      const rows = translating(this.#path, () => this.#page.all(from, PAGE_RECORDS));
      for (const row of rows as unknown as RecordRow[]) {
        // Keys with the same beginning lie together in the order of bytes.
        if (!row[0].startsWith(prefix)) return;
        // The least key behind this one.
        from = `${row[0]}\0`;
        yield recordOf(row);
      }
      if (rows.length < PAGE_RECORDS) return;
    }
  }

  async #write(key: string, value: string | null, revision: string, expected: string | null): Promise<boolean> {
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
    const request: RecordRequest = { kind: 'record', bytes, key, value, revision, expected };
    const outcome = await this.#writer.writeRecord(request);
    switch (outcome.kind) {
      case 'stored':
      case 'found':
        return true;
      case 'record-changed':
        return false;
      case 'failed':
        throw storeErrorOf(outcome.failure, this.#path);
      case 'ambiguous':
        throw ambiguous(key, outcome.failure.message);
      default:
        return outcome satisfies never;
    }
  }
}

function recordOf([key, value, revision]: RecordRow): StoredRecord {
  return { key, value: parseStored(value, `Record ${key}`), revision };
}

function ambiguous(key: string, said: string): AmbiguousCommitError {
  const message = `It is unknown whether record ${key} was written (${said}); read it again`;
  return new AmbiguousCommitError(message, { aggregateIds: [] });
}
