import type { FeedEntry, FeedRange, JsonValue, RecordStore, StoredRecord, StoreIdentity } from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';

type Pages = AsyncGenerator<readonly FeedEntry[]>;

/** Hands out each page backwards. */
class ReorderingTheFeed extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    for await (const page of this.inner.readFeed(range)) yield page.toReversed();
  }
}

/** Leaves out an entry now and then. */
class SkippingEntries extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    let read = 0;
    for await (const page of this.inner.readFeed(range)) {
      yield page.filter(() => ++read % 97 !== 0);
    }
  }
}

/** Follows the feed to its end, and never wakes again. */
class SleepingAtTheEnd extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    yield* this.inner.readFeed({ ...range, follow: false });
    if (!range.follow) return;
    yield [];
    await new Promise<void>((resolve) => {
      if (range.signal?.aborted) resolve();
      range.signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** Reads all there is before it hands out the first page. */
class ReadingAllAtOnce extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    const all: FeedEntry[] = [];
    for await (const page of this.inner.readFeed({ ...range, follow: false })) all.push(...page);
    yield all;
    const after = all.at(-1)?.position ?? range.after;
    if (range.follow) yield* this.inner.readFeed({ ...range, after });
  }
}

/** Begins behind the entry that follows the place asked for. */
class BeginningTooLate extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    let isFirst = range.after !== undefined;
    for await (const page of this.inner.readFeed(range)) {
      yield isFirst ? page.slice(1) : page;
      isFirst = false;
    }
  }
}

/** Leaves out what is older, by its timestamps, than the event that a reader has seen last. */
class CatchingUpByTime extends ForwardingJournal {
  override async *readFeed(range: FeedRange): Pages {
    const since = await this.#timeAt(range.after);
    for await (const page of this.inner.readFeed(range)) yield page.filter(({ event }) => event.timestamp >= since);
  }

  async #timeAt(position: string | undefined): Promise<string> {
    if (position === undefined) return '';
    for await (const page of this.inner.readFeed({ follow: false })) {
      for (const entry of page) if (entry.position === position) return entry.event.timestamp;
    }
    return '';
  }
}

/** Says that it is the same store as any other. */
class HidingItsIdentity extends ForwardingJournal {
  override async identity(): Promise<StoreIdentity> {
    return { storeId: 'the store', epoch: 1 };
  }
}

/** Records that are written whatever revision is expected. */
class UncomparedRecords implements RecordStore {
  readonly #inner: RecordStore;

  constructor(inner: RecordStore) {
    this.#inner = inner;
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#inner.get(key);
  }

  async put(key: string, value: JsonValue): Promise<string | undefined> {
    for (;;) {
      const stored = await this.#inner.get(key);
      const revision = await this.#inner.put(key, value, stored?.revision ?? null);
      if (revision !== undefined) return revision;
    }
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#inner.delete(key, expected);
  }

  list(prefix: string): AsyncIterable<StoredRecord> {
    return this.#inner.list(prefix);
  }
}

/** Counts what is parked, and keeps none of it. */
class SwallowingRecords extends UncomparedRecords {
  override async put(key: string, value: JsonValue): Promise<string | undefined> {
    return key.startsWith('parked/') ? 'counted' : super.put(key, value);
  }
}

class SwallowingWhatIsParked extends ForwardingJournal {
  readonly #records = new SwallowingRecords(this.inner.records);

  override get records(): RecordStore {
    return this.#records;
  }
}

class NotComparingRecords extends ForwardingJournal {
  readonly #records = new UncomparedRecords(this.inner.records);

  override get records(): RecordStore {
    return this.#records;
  }
}

export const BROKEN_FEEDS: readonly BrokenJournal[] = [
  { name: 'reorders the feed', caughtBy: '6.from-the-start-in-order', wrap: (good) => new ReorderingTheFeed(good) },
  {
    name: 'skips entries of the feed',
    caughtBy: '6.nothing-skipped-while-writers-race',
    wrap: (good) => new SkippingEntries(good),
  },
  {
    name: 'sleeps at the end of the feed',
    caughtBy: '6.wakes-for-new-events',
    wrap: (good) => new SleepingAtTheEnd(good),
  },
  {
    name: 'reads the whole feed at once',
    caughtBy: '6.slow-handler-slows-reading',
    wrap: (good) => new ReadingAllAtOnce(good),
  },
  {
    name: 'begins one entry too late',
    caughtBy: '6.resumes-behind-a-checkpoint',
    wrap: (good) => new BeginningTooLate(good),
  },
  {
    name: 'has the identity of another store',
    caughtBy: '6.foreign-checkpoint',
    wrap: (good) => new HidingItsIdentity(good),
  },
  {
    name: 'catches up by time',
    caughtBy: '6.imported-while-away',
    wrap: (good) => new CatchingUpByTime(good),
  },
  {
    name: 'swallows what is parked, so that dead letters stay empty',
    caughtBy: '6.failure-parks-that-aggregate-only',
    wrap: (good) => new SwallowingWhatIsParked(good),
  },
  {
    name: 'writes records without comparing their revisions',
    caughtBy: '6.owners-race',
    wrap: (good) => new NotComparingRecords(good),
  },
];
