export { InMemoryEventStore } from './InMemoryEventStore.ts';
export { InMemoryJournal } from './InMemoryJournal.ts';
