import { dirname } from 'node:path';
import type { DomainEvent } from '@nexus/shared';
import { type ActApp, type ActFramework, buildApp, type Zod } from './actApp.ts';
import type { Contender } from './Contender.ts';
import { importPeer } from './peers.ts';
import { Turns } from './Turns.ts';

interface ActQuery {
  readonly stream?: string;
  readonly stream_exact?: true;
  readonly names?: readonly string[];
  readonly created_after?: Date;
  readonly created_before?: Date;
  readonly limit?: number;
}

interface ActStore {
  seed(): Promise<void>;
  commit(
    stream: string,
    messages: readonly { readonly name: string; readonly data: unknown }[],
    meta: Readonly<Record<string, unknown>>,
    expectedVersion: number,
  ): Promise<readonly { readonly created: Date }[]>;
  query(callback: (event: unknown) => void, query: ActQuery): Promise<number>;
  dispose(): Promise<void>;
}

/** What is used of `@rotorsoft/act-sqlite`. */
interface ActSqlite {
  readonly SqliteStore: new (config: { readonly url: string }) => ActStore;
}

/** The event's own time of an append, and the time by which Act knows it, in ms since 1970. */
interface Dated {
  readonly timestampMs: number;
  readonly createdMs: number;
}

/**
 * Act's store without its application, but for the feed. Appends take turns, because of those that overlap all but one
 * are refused with `SQLITE_BUSY`.
 */
export class Act implements Contender {
  readonly #store: ActStore;
  readonly #folder: string;
  readonly #turns: Turns = new Turns();
  /** One for each append of more than one event of this repetition, which lasts some seconds. */
  readonly #dated: Dated[] = [];
  #app: ActApp | undefined;
  #settled: Promise<void> = Promise.resolve();
  #commits = 0;

  private constructor(store: ActStore, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  static async open(path: string): Promise<Act> {
    const { SqliteStore } = await importAct<ActSqlite>('@rotorsoft/act-sqlite', dirname(path));
    const store = new SqliteStore({ url: `file:${path}` });
    await store.seed();
    return new Act(store, dirname(path));
  }

  append(events: readonly DomainEvent[]): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#app === undefined) await this.#commit(events);
      else await this.#do(this.#app, events);
      this.#commits++;
    });
  }

  read(aggregateId: string): Promise<number> {
    return this.#count({ stream: aggregateId, stream_exact: true });
  }

  readByTypeAndTime(eventType: string, startTime: string, endTime: string, limit: number): Promise<number> {
    const before = this.#dated.findLast(({ timestampMs }) => timestampMs < Date.parse(startTime));
    return this.#count({
      names: [eventType],
      created_after: new Date(before?.createdMs ?? 0),
      created_before: new Date(endTime),
      limit,
    });
  }

  async follow(handler: () => void): Promise<void> {
    const framework = await importAct<ActFramework>('@rotorsoft/act', this.#folder);
    framework.store(this.#store);
    this.#app = buildApp(framework, await importPeer<Zod>('zod'), handler);
  }

  /** While a reaction is being marked as done, an append is refused with `SQLITE_BUSY`, and the other way round. */
  settle(): Promise<void> {
    return this.#settled;
  }

  commits(): number {
    return this.#commits;
  }

  async close(): Promise<void> {
    await this.#settled;
    await this.#app?.shutdown();
    await this.#store.dispose();
  }

  /** Act dates events by its own clock, so that the event's time is kept beside. One meta is for all events of an append. */
  async #commit(events: readonly DomainEvent[]): Promise<void> {
    const { aggregateId, aggregateVersion, eventId, timestamp, metadata } = events[0] as DomainEvent;
    const messages = events.map(({ eventType, payload }) => ({ name: eventType, data: payload }));
    const meta = { correlation: metadata.correlationId, causation: {}, userId: metadata.userId, eventId, timestamp };
    const [first] = await this.#store.commit(aggregateId, messages, meta, aggregateVersion - 2);
    if (events.length > 1 && first !== undefined)
      this.#dated.push({ timestampMs: Date.parse(timestamp), createdMs: first.created.getTime() });
  }

  async #do(app: ActApp, events: readonly DomainEvent[]): Promise<void> {
    const { aggregateId, aggregateVersion, eventType, payload, metadata } = events[0] as DomainEvent;
    const actor = { id: String(metadata.userId), name: String(metadata.userId) };
    this.#settled = nextSettled(app);
    const target = { stream: aggregateId, actor, expectedVersion: aggregateVersion - 2 };
    await app.do('append', target, { eventType, payload });
  }

  async #count(query: ActQuery): Promise<number> {
    const found: unknown[] = [];
    await this.#store.query((event) => found.push(event), query);
    return found.length;
  }
}

/** Resolves when all reactions to what is committed next are done, and marked as done. */
function nextSettled(app: ActApp): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      app.off('settled', done);
      resolve();
    };
    app.on('settled', done);
  });
}

/** Act reads the `package.json` of the working directory as it is loaded, and refuses one that has no version. */
async function importAct<Module>(name: string, folder: string): Promise<Module> {
  // By default it writes a line to the console for each step.
  process.env.LOG_LEVEL = 'fatal';
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await importPeer<Module>(name);
  } finally {
    process.chdir(before);
  }
}
