import { type EventMap, GovernedEventStore, type GovernedEventStoreOptions, type JsonObject } from '@nexus/shared';
import { InMemoryJournal } from './InMemoryJournal.ts';

/** An event store that lives as long as the process: for tests, demonstrations and scratch work. */
export class InMemoryEventStore<
  Events extends EventMap = Record<string, JsonObject>,
> extends GovernedEventStore<Events> {
  constructor(options: GovernedEventStoreOptions = {}) {
    super(new InMemoryJournal(), options);
  }
}
