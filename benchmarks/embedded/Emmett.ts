import type { DomainEvent } from '@nexus/shared';
import type { Contender } from './Contender.ts';
import { importPeer } from './peers.ts';
import { Turns } from './Turns.ts';

interface EmmettEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

interface EmmettConnection {
  command(sql: string): Promise<unknown>;
  close(): void;
}

interface EmmettConsumer {
  processor(options: {
    readonly processorId: string;
    readonly startFrom: 'END';
    readonly eachMessage: () => void;
  }): unknown;
  /** Resolves when the consumer ends. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface EmmettStore {
  appendToStream(
    streamName: string,
    events: readonly EmmettEvent[],
    options: { readonly expectedStreamVersion: bigint },
  ): Promise<unknown>;
  readStream(streamName: string): Promise<{ readonly events: readonly unknown[] }>;
  consumer(options: {
    readonly pulling: { readonly batchSize: number; readonly pullingFrequencyInMs: number };
  }): EmmettConsumer;
  readonly schema: { migrate(): Promise<void> };
}

/** What is used of `@event-driven-io/emmett-sqlite`. */
interface EmmettSqlite {
  sqliteConnection(options: { readonly fileName: string }): EmmettConnection;
  getSQLiteEventStore(options: {
    readonly fileName: string;
    readonly connectionOptions: { readonly singleton: true; readonly connection: EmmettConnection };
  }): EmmettStore;
}

/**
 * Emmett on one connection, which it is given: by itself it opens one for each call. Appends take turns, because those
 * that overlap on a connection share a transaction, and all but the last are acknowledged before its `COMMIT`.
 */
export class Emmett implements Contender {
  readonly #connections: EmmettConnection[] = [];
  readonly #module: EmmettSqlite;
  readonly #path: string;
  readonly #store: EmmettStore;
  readonly #turns: Turns = new Turns();
  #consumer: EmmettConsumer | undefined;
  #commits = 0;

  private constructor(module: EmmettSqlite, path: string) {
    this.#module = module;
    this.#path = path;
    this.#store = this.#connect();
  }

  static async open(path: string): Promise<Emmett> {
    const emmett = new Emmett(await importPeer('@event-driven-io/emmett-sqlite'), path);
    // It asks for the write-ahead log by itself, but does not wait for it, and goes without if a transaction is quicker.
    await emmett.#command('PRAGMA journal_mode = WAL');
    // As the others have it: by default the log is moved into the file four times as often.
    await emmett.#command('PRAGMA wal_autocheckpoint = 4000');
    await emmett.#store.schema.migrate();
    return emmett;
  }

  append(events: readonly DomainEvent[]): Promise<void> {
    const { aggregateId, aggregateVersion } = events[0] as DomainEvent;
    const expectedStreamVersion = BigInt(aggregateVersion - 1);
    return this.#turns.run(async () => {
      await this.#store.appendToStream(aggregateId, events.map(toEmmett), { expectedStreamVersion });
      this.#commits++;
    });
  }

  async read(aggregateId: string): Promise<number> {
    return (await this.#store.readStream(aggregateId)).events.length;
  }

  async readByTypeAndTime(): Promise<number> {
    throw new TypeError('Emmett reads no events by their type');
  }

  /**
   * On a connection of its own, because the handler runs within a transaction. The setting by which it looks soonest:
   * by default it waits up to a second where it found fewer than 100 events.
   */
  async follow(handler: () => void): Promise<void> {
    this.#consumer = this.#connect().consumer({ pulling: { batchSize: 1, pullingFrequencyInMs: 1 } });
    this.#consumer.processor({ processorId: 'benchmark', startFrom: 'END', eachMessage: () => handler() });
    // Not awaited, because it resolves when the consumer ends; a rejection that nobody handles ends the process.
    void this.#consumer.start();
  }

  commits(): number {
    return this.#commits;
  }

  async close(): Promise<void> {
    await this.#consumer?.stop();
    for (const connection of this.#connections) connection.close();
  }

  async #command(sql: string): Promise<void> {
    await this.#connections[0]?.command(sql);
  }

  #connect(): EmmettStore {
    const connection = this.#module.sqliteConnection({ fileName: this.#path });
    this.#connections.push(connection);
    return this.#module.getSQLiteEventStore({
      fileName: this.#path,
      connectionOptions: { singleton: true, connection },
    });
  }
}

/** The store numbers events and dates them by its own clock, so that the event's time is kept beside. */
function toEmmett({ eventId, eventType, timestamp, payload, metadata }: DomainEvent): EmmettEvent {
  return { type: eventType, data: payload, metadata: { ...metadata, messageId: eventId, timestamp } };
}
