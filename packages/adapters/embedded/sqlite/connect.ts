import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@nexus/shared';

/** An older SQLite corrupts files when several connections write and checkpoint at once. */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

export interface ConnectOptions {
  /** How long SQLite itself waits for a lock, in ms. It blocks the calling thread. */
  readonly busyTimeoutMs: number;
  /** Makes the file if there is none. Default: false. */
  readonly create?: boolean;
}

/**
 * Opens a file with full durability. Savepoints are kept in memory, so that no other disk than the store's is written.
 *
 * `path` is absolute.
 */
export function connect(path: string, { busyTimeoutMs, create = false }: ConnectOptions): DatabaseSync {
  const database = new DatabaseSync(create ? path : existingFile(path), { timeout: busyTimeoutMs });
  database.exec('PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;');
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

/** @throws ConfigurationError - this SQLite corrupts files */
export function refuseUnsafeSqlite(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least) {
      const needed = SQLITE_VERSION_MIN.join('.');
      const message = `SQLite ${version} can corrupt a store; ${needed} or later is needed, as in Node 24.21`;
      throw new ConfigurationError('runtime', message);
    }
  }
}

/** @throws ConfigurationError - this driver cuts text at NUL */
export function refuseTextCutAtNul(database: DatabaseSync): void {
  const text = 'a\0b';
  const row = database.prepare('SELECT ?1 AS text').get(text);
  if (row?.['text'] === text) return;
  const message = `Node ${process.version} cuts text at NUL when it speaks to SQLite; use Node 24 or later`;
  throw new ConfigurationError('runtime', message);
}
