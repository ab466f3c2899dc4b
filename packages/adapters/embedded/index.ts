import { SchemaRegistryFactory } from '@nexus/shared';
import { createFileSchemaRegistry } from './FileSchemaRegistry.ts';

export { encodeName } from './encodeName.ts';
export { FileSchemaRegistry, type FileSchemaRegistryOptions } from './FileSchemaRegistry.ts';
export { InMemoryEventStore } from './InMemoryEventStore.ts';
export { InMemoryJournal } from './InMemoryJournal.ts';
export { SqliteEventStore, type SqliteEventStoreOptions } from './SqliteEventStore.ts';
export { SqliteJournal, type SqliteJournalOptions } from './SqliteJournal.ts';
export type { BackupOptions, BackupProgress } from './sqlite/backup.ts';
export { restoreSqlite } from './sqlite/restoreSqlite.ts';
export type { SqliteWriterStats } from './sqlite/WriterClient.ts';

// Importing this module registers its providers, as a driver of Go's database/sql does; see `sideEffects`.
SchemaRegistryFactory.register('file', createFileSchemaRegistry);
