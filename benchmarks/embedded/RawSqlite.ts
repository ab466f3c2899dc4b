import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DomainEvent } from '@nexus/shared';
import type { Contender } from './Contender.ts';

/**
 * `node:sqlite` by itself: the same durability (write-ahead log, `synchronous=FULL`, as rarely moved into the file), the
 * same condition on the version and an index by type and time; no validation, no digest, no receipt, and everything on
 * the main thread.
 */
export class RawSqlite implements Contender {
  readonly #database: DatabaseSync;
  readonly #version: StatementSync;
  readonly #insert: StatementSync;
  readonly #read: StatementSync;
  readonly #byTime: StatementSync;
  readonly #feed: StatementSync;
  #commits = 0;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 4000;
      CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY, aggregate_id TEXT NOT NULL, version INTEGER NOT NULL, event_id TEXT NOT NULL,
        event_type TEXT NOT NULL, timestamp INTEGER NOT NULL, payload TEXT NOT NULL, metadata TEXT NOT NULL,
        UNIQUE (aggregate_id, version)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS by_type_and_time ON events (event_type, timestamp, aggregate_id, version)`);
    const columns = 'event_id, event_type, aggregate_id, version, timestamp, payload, metadata';
    this.#version = this.#database.prepare('SELECT max(version) FROM events WHERE aggregate_id = ?');
    this.#insert = this.#database.prepare(`INSERT INTO events (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#read = this.#database.prepare(`SELECT ${columns} FROM events WHERE aggregate_id = ? ORDER BY version`);
    this.#byTime = this.#database.prepare(
      `SELECT ${columns} FROM events WHERE event_type = ? AND timestamp BETWEEN ? AND ?
       ORDER BY timestamp, aggregate_id, version LIMIT ?`,
    );
    this.#feed = this.#database.prepare(`SELECT ${columns} FROM events ORDER BY position LIMIT ?`);
    for (const statement of [this.#version, this.#read, this.#byTime, this.#feed]) statement.setReturnArrays(true);
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    this.transact([events]);
  }

  /** One transaction for several appends. */
  transact(appends: readonly (readonly DomainEvent[])[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    for (const events of appends) this.#store(events);
    this.#database.exec('COMMIT');
    this.#commits++;
  }

  async read(aggregateId: string): Promise<number> {
    return this.#read.all(aggregateId).map(parse).length;
  }

  async readByTypeAndTime(eventType: string, startTime: string, endTime: string, limit: number): Promise<number> {
    return this.#byTime.all(eventType, Date.parse(startTime), Date.parse(endTime), limit).map(parse).length;
  }

  async streamAggregate(aggregateId: string, onEvent: () => void): Promise<void> {
    for (const row of this.#read.iterate(aggregateId)) {
      parse(row);
      onEvent();
    }
  }

  async streamFeed(events: number, onEvent: () => void): Promise<void> {
    for (const row of this.#feed.iterate(events)) {
      parse(row);
      onEvent();
    }
  }

  commits(): number {
    return this.#commits;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #store(events: readonly DomainEvent[]): void {
    const first = events[0] as DomainEvent;
    const [version] = this.#version.get(first.aggregateId) as unknown as [number | null];
    if ((version ?? 0) !== first.aggregateVersion - 1) throw new RangeError(`${first.aggregateId} has moved on`);
    for (const event of events) {
      const { eventId, eventType, aggregateId, aggregateVersion, timestamp, payload, metadata } = event;
      const texts = [JSON.stringify(payload), JSON.stringify(metadata)] as const;
      this.#insert.run(eventId, eventType, aggregateId, aggregateVersion, Date.parse(timestamp), ...texts);
    }
  }
}

function parse(row: unknown): DomainEvent {
  const [eventId, eventType, aggregateId, aggregateVersion, timestamp, payload, metadata] = row as [
    string,
    string,
    string,
    number,
    number,
    string,
    string,
  ];
  return {
    eventId,
    eventType,
    aggregateId,
    aggregateVersion,
    timestamp: new Date(timestamp).toISOString(),
    payload: JSON.parse(payload),
    metadata: JSON.parse(metadata),
  };
}

/** The same with group commit: all appends of one turn of the event loop in one transaction. */
export class RawSqliteGroups extends RawSqlite {
  #waiting: { readonly events: readonly DomainEvent[]; readonly resolve: () => void }[] = [];

  override append(events: readonly DomainEvent[]): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ events, resolve });
    });
  }

  #flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.transact(group.map(({ events }) => events));
    for (const { resolve } of group) resolve();
  }
}
