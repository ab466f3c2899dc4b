import type { EventJournal, JournalCapabilities } from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { StoreFactory } from '../Harness.ts';
import { journalFactory } from '../journalFactory.ts';
import type { BrokenJournal } from './BrokenJournal.ts';

/** Outlives its instances, so that it is durable as far as a case can see. */
class LastingJournal extends ForwardingJournal {
  override get capabilities(): JournalCapabilities {
    return { ...this.inner.capabilities, durable: true };
  }

  override async close(): Promise<void> {}
}

/**
 * A factory for a broken journal. Its content outlives its instances, each of which is broken by itself, so that cases
 * about reopening and about several instances can catch it too.
 *
 * @param makeGood - makes the journal that is broken, new and empty: one in memory will do
 */
export function brokenFactory({ name, wrap }: BrokenJournal, makeGood: () => EventJournal): StoreFactory {
  const places = new Map<string, EventJournal>();
  return journalFactory(
    name,
    (place) => {
      const good = places.get(place) ?? new LastingJournal(makeGood());
      places.set(place, good);
      return wrap(good);
    },
    {
      remove: async (place) => {
        places.delete(place);
      },
    },
  );
}
