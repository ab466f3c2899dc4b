export { InMemoryEventStore } from './InMemoryEventStore.ts';
export { InMemoryJournal } from './InMemoryJournal.ts';
export { SqliteEventStore, type SqliteEventStoreOptions } from './SqliteEventStore.ts';
export { SqliteJournal, type SqliteJournalOptions } from './SqliteJournal.ts';
export type { BackupOptions, BackupProgress } from './sqlite/backup.ts';
export { restoreSqlite } from './sqlite/restoreSqlite.ts';
export type { SqliteWriterStats } from './sqlite/WriterClient.ts';
