import type { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '@nexus/shared';

/** An older SQLite corrupts files when several connections write and checkpoint at once. */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

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
  if (row?.text === text) return;
  const message = `Node ${process.version} cuts text at NUL when it speaks to SQLite; use Node 24 or later`;
  throw new ConfigurationError('runtime', message);
}
