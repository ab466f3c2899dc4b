import {
  checkGovernance,
  type EventMap,
  GovernedEventStore,
  type GovernedEventStoreOptions,
  type JsonObject,
} from '@nexus/shared';
import { SqliteJournal, type SqliteJournalOptions } from './SqliteJournal.ts';
import type { BackupOptions } from './sqlite/backup.ts';

export interface SqliteEventStoreOptions extends GovernedEventStoreOptions, SqliteJournalOptions {}

/** An event store in one SQLite file: the default for services on one machine. Several processes may share the file. */
export class SqliteEventStore<Events extends EventMap = Record<string, JsonObject>> extends GovernedEventStore<Events> {
  readonly #sqlite: SqliteJournal;

  /**
   * @throws ConfigurationError - the path, the file, the runtime or the governance cannot be used
   * @throws StoreUnavailableError - another process keeps the file locked, or the disk is full
   */
  constructor(options: SqliteEventStoreOptions) {
    // A store that cannot be governed as told makes no file.
    checkGovernance(options);
    const journal = new SqliteJournal(options);
    super(journal, options);
    this.#sqlite = journal;
  }

  /**
   * Copies the store, as it is now, into a new file, while it is read and written. `restoreSqlite` makes a store of it.
   *
   * @throws ConfigurationError - the target exists or cannot be made
   * @throws StoreUnavailableError - the disk is full, or a file cannot be read or written
   */
  backup(file: string, options?: BackupOptions): Promise<void> {
    return this.#sqlite.backup(file, options);
  }
}
