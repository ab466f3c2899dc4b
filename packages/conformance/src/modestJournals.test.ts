import { InMemoryJournal } from '@nexus/adapters/embedded';
import type { JournalCapabilities } from '@nexus/shared';
import { describe, it } from 'vitest';
import { conformanceSuite } from './conformanceSuite.ts';
import { ForwardingJournal } from './ForwardingJournal.ts';
import { journalFactory } from './journalFactory.ts';

/** A good journal that claims less than it can, so that the cases of false flags and small bounds are run too. */
class ModestJournal extends ForwardingJournal {
  readonly #claims: Partial<JournalCapabilities>;

  constructor(claims: Partial<JournalCapabilities>) {
    super(new InMemoryJournal());
    this.#claims = claims;
  }

  override get capabilities(): JournalCapabilities {
    return { ...this.inner.capabilities, ...this.#claims };
  }
}

const SMALL = { eventBytesMax: 100_000, appendBytesMax: 250_000, eventIdIndex: false, readsAcrossAggregates: false };

conformanceSuite(
  { describe, it },
  journalFactory('a journal of small bounds', () => new ModestJournal({ ...SMALL, appendPartsMax: 3 })),
);

conformanceSuite(
  { describe, it },
  journalFactory(
    'a journal of single aggregates',
    () => new ModestJournal({ ...SMALL, appendsAcrossAggregates: false }),
  ),
);
