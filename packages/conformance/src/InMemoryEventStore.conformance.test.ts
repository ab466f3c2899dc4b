import { InMemoryEventStore, InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, it } from 'vitest';
import { conformanceSuite } from './conformanceSuite.ts';
import { journalFactory } from './journalFactory.ts';
import { storeFactory } from './storeFactory.ts';

conformanceSuite(
  { describe, it },
  storeFactory('InMemoryEventStore', { open: (_place, options) => new InMemoryEventStore(options) }),
);

conformanceSuite(
  { describe, it },
  journalFactory('InMemoryJournal', () => new InMemoryJournal()),
);
