import {
  type Commit,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  GovernedEventStore,
  type GovernedEventStoreOptions,
  type JournalAppendResult,
} from '@nexus/shared';
import { ForwardingJournal } from './ForwardingJournal.ts';
import type { StoreFactory } from './Harness.ts';
import { type StoreOpener, storeFactory } from './storeFactory.ts';

/** How the suite gets at the journals of an adapter. */
export interface JournalFactoryOptions extends Pick<StoreOpener, 'exclusive' | 'remove'> {}

/**
 * A factory for a bare journal, which the suite tests inside a `GovernedEventStore`.
 *
 * @param makeJournal - opens the journal at a place: a name that is new for each store, to make a file or a table of.
 *   Where the journal is durable it is called again with the same place for another instance on the same content; else
 *   once for each place, and the instances of the store share that journal.
 */
export function journalFactory(
  name: string,
  makeJournal: (place: string) => EventJournal | Promise<EventJournal>,
  options: JournalFactoryOptions = {},
): StoreFactory {
  const shared = new Map<string, EventJournal>();
  let entriesRead = 0;
  const count = (entries: number) => {
    entriesRead += entries;
  };

  const journalAt = async (place: string): Promise<EventJournal> => {
    const known = shared.get(place);
    if (known !== undefined) return known;
    const journal = new ObservedJournal(await makeJournal(place), count);
    if (journal.capabilities.durable) return journal;
    shared.set(place, new UnclosedJournal(journal));
    return shared.get(place) as EventJournal;
  };

  return storeFactory(name, {
    ...options,
    open: async (place, storeOptions) => storeOn(await journalAt(place), storeOptions),
    feedEntriesRead: () => entriesRead,
    sharesPlaces: true,
    remove: async (place) => {
      const journal = shared.get(place);
      shared.delete(place);
      if (journal instanceof UnclosedJournal) await journal.inner.close();
      await options.remove?.(place);
    },
  });
}

/** A store that cannot be made must not leave its journal open. */
async function storeOn(journal: EventJournal, options: GovernedEventStoreOptions): Promise<GovernedEventStore> {
  try {
    return new GovernedEventStore(journal, options);
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** Counts what is read of the feed, and gives each append a trace context of its own, as one has behind a server. */
class ObservedJournal extends ForwardingJournal {
  readonly #count: (entries: number) => void;
  #appends = 0;

  constructor(inner: EventJournal, count: (entries: number) => void) {
    super(inner);
    this.#count = count;
  }

  override append(commit: Commit): Promise<JournalAppendResult> {
    const span = String(++this.#appends).padStart(16, '0');
    return this.inner.append({ traceparent: `00-${'1'.repeat(32)}-${span}-01`, ...commit });
  }

  override async *readFeed(range: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    for await (const page of this.inner.readFeed(range)) {
      this.#count(page.length);
      yield page;
    }
  }
}

/** Shared by several stores, and closed when the last of them is gone. */
class UnclosedJournal extends ForwardingJournal {
  override async close(): Promise<void> {}
}
