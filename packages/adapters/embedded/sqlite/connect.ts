import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

export interface ConnectOptions {
  /** How long SQLite itself waits for a lock, in ms. It blocks the calling thread. */
  readonly busyTimeoutMs: number;
  /** Makes the file if there is none. Default: false. */
  readonly create?: boolean;
}

/**
 * Pages in the write-ahead log after which they are moved into the file: 16 MiB. SQLite's default, a quarter of it, moves
 * pages that busy indexes are about to change again.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens a file with full durability. What a statement keeps to undo itself lies in memory, so that no other disk than
 * the store's is written.
 *
 * `path` is absolute.
 */
export function connect(path: string, { busyTimeoutMs, create = false }: ConnectOptions): DatabaseSync {
  const database = new DatabaseSync(create ? path : existingFile(path), { timeout: busyTimeoutMs });
  database.exec(
    `PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`,
  );
  return database;
}

/** SQLite makes a missing file unless it is told not to, which a store that was moved away must not suffer. */
function existingFile(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('mode', 'rw');
  return url;
}

/**
 * Opens a file that nobody writes, and makes no file beside it.
 */
export function connectImmutable(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('mode', 'ro');
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true });
}
