export { openEventStore } from './openEventStore.ts';
