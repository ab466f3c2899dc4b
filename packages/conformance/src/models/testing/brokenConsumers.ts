import { InMemoryJournal } from '@nexus/adapters/embedded';
import {
  type ConsumerOptions,
  type EventHandler,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  GovernedEventStore,
  type JsonValue,
  type RecordStore,
  type StoredRecord,
  type Subscription,
} from '@nexus/shared';
import { ForwardingJournal } from '../../ForwardingJournal.ts';
import type { StoreFactory } from '../../Harness.ts';
import { storeFactory } from '../../storeFactory.ts';

type Pages = AsyncGenerator<readonly FeedEntry[]>;

/** A way in which the feed can break a promise to its consumers. */
export interface BrokenConsumers {
  /** What goes wrong, as a verb in the present tense. */
  readonly name: string;
  /** What the model says of it. */
  readonly fault: RegExp;
  readonly factory: StoreFactory;
}

/** Leaves out every fifth entry. */
class SkippingEntries extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    let read = 0;
    for await (const page of this.inner.readFeed(range)) yield page.filter(() => ++read % 5 !== 0);
  }
}

/** Hands out the first entry of each page twice. */
class RepeatingEntries extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    for await (const page of this.inner.readFeed(range)) yield [...page.slice(0, 1), ...page];
  }
}

/** Records of which some writes are lost, though they are acknowledged. */
class LosingRecords implements RecordStore {
  readonly #inner: RecordStore;
  readonly #lose: (written: JsonValue, stored: StoredRecord) => JsonValue;
  readonly #prefix: string;

  constructor(inner: RecordStore, prefix: string, lose: (written: JsonValue, stored: StoredRecord) => JsonValue) {
    this.#inner = inner;
    this.#prefix = prefix;
    this.#lose = lose;
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#inner.get(key);
  }

  async put(key: string, value: JsonValue, expected: string | null): Promise<string | undefined> {
    const stored = key.startsWith(this.#prefix) ? await this.#inner.get(key) : undefined;
    return this.#inner.put(key, stored === undefined ? value : this.#lose(value, stored), expected);
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#inner.delete(key, expected);
  }

  list(prefix: string): AsyncIterable<StoredRecord> {
    return this.#inner.list(prefix);
  }
}

class LosingJournal extends ForwardingJournal {
  readonly #records: RecordStore;

  constructor(inner: EventJournal, prefix: string, lose: (written: JsonValue, stored: StoredRecord) => JsonValue) {
    super(inner);
    this.#records = new LosingRecords(inner.records, prefix, lose);
  }

  override get records(): RecordStore {
    return this.#records;
  }
}

/** The place that was written first stays. */
function losingPlaces(inner: EventJournal): EventJournal {
  return new LosingJournal(inner, 'consumer/', (written, { value }) => {
    const { place } = value as { place: JsonValue };
    return { ...(written as object), place: place ?? (written as { place: JsonValue }).place };
  });
}

/** What an operator asks for is not written. */
function losingRequests(inner: EventJournal): EventJournal {
  return new LosingJournal(inner, 'parked/', (_written, { value }) => value);
}

/** Subscribes otherwise than it is told. */
class MisledStore extends GovernedEventStore {
  mislead: (handler: EventHandler, options: ConsumerOptions) => [EventHandler, ConsumerOptions] = (...told) => told;

  override subscribeToStream(handler: EventHandler, options: ConsumerOptions = {}): Subscription {
    return super.subscribeToStream(...this.mislead(handler, options));
  }
}

/** Instances of a store in memory share its journal, as those of a database do. */
function inMemory(name: string, wrap: (good: EventJournal) => EventJournal, mislead?: MisledStore['mislead']) {
  const journals = new Map<string, EventJournal>();
  return storeFactory(name, {
    sharesPlaces: true,
    open: (place, options) => {
      const journal = journals.get(place) ?? wrap(new InMemoryJournal());
      journals.set(place, journal);
      const store = new MisledStore(new UnclosedJournal(journal), options);
      if (mislead !== undefined) store.mislead = mislead;
      return store;
    },
    remove: async (place) => {
      await journals.get(place)?.close();
      journals.delete(place);
    },
  });
}

/** Closed with its place. */
class UnclosedJournal extends ForwardingJournal {
  override async close(): Promise<void> {}
}

/** Only durable consumers are misled. */
function misled(change: (options: ConsumerOptions) => ConsumerOptions): MisledStore['mislead'] {
  return (handler, options) => [handler, options.consumer === undefined ? options : { ...options, ...change(options) }];
}

/** Each subscription is a consumer of its own. */
function unnamed(): MisledStore['mislead'] {
  let made = 0;
  return (handler, { consumer, ...options }) => [
    handler,
    { ...options, ...(consumer === undefined ? {} : { consumer: `${consumer}${++made}` }) },
  ];
}

const good = (journal: EventJournal) => journal;

/** A good store of the same kind. */
export const sharedInMemory: StoreFactory = inMemory('InMemoryJournal', good);

export const brokenConsumers: readonly BrokenConsumers[] = [
  {
    name: 'skips entries',
    fault: /though \d+ is due|stands at/,
    wrap: (inner: EventJournal) => new SkippingEntries(inner),
  },
  { name: 'repeats entries', fault: /though \d+ is due/, wrap: (inner: EventJournal) => new RepeatingEntries(inner) },
  { name: 'loses the places of consumers', fault: /handles version \d+ of .* again/, wrap: losingPlaces },
  { name: 'loses what operators ask for', fault: /stands at/, wrap: losingRequests },
  {
    name: 'goes on behind what failed',
    fault: /stands at|though \d+ is due/,
    mislead: misled(() => ({ onFailure: 'skip-event' })),
  },
  {
    name: 'writes places too seldom',
    fault: /the \d+\. such event where \d+ may be/,
    mislead: misled(() => ({ checkpointEvery: 1_000 })),
  },
  {
    name: 'begins at the start whatever is said',
    fault: /again/,
    mislead: misled(() => ({ from: 'start' })),
  },
  {
    name: 'lets every worker own the consumer',
    fault: /two owners|stands at|again/,
    mislead: unnamed(),
  },
].map(({ wrap = good, mislead, ...said }) => ({ ...said, factory: inMemory(said.name, wrap, mislead) }));
