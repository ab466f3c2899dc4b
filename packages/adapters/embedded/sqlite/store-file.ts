import { randomUUID } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, NexusError, type StoreIdentity } from '@nexus/shared';
import { connect } from './connect.ts';
import { openErrorOf } from './driver-errors.ts';
import { isBusy } from './driver-failure.ts';
import { refuseTextCutAtNul, refuseUnsafeSqlite } from './runtime-checks.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { sleepSync } from './sleepSync.ts';

/** Pause between two tries to prepare a file that another process is preparing, in ms. */
const PREPARE_PAUSE_MS = 2;

export interface StoreFile {
  /** Absolute. */
  readonly path: string;
  readonly identity: StoreIdentity;
  /** For reads. */
  readonly database: DatabaseSync;
}

/**
 * Opens a store's file, which is made, or brought to the present version, where needed. Several processes may do so at
 * once.
 *
 * @throws ConfigurationError - the path, the file or the runtime cannot be used
 * @throws StoreUnavailableError - another process kept the file locked for `busyTimeoutMs`, or the disk is full
 */
export function openStoreFile(givenPath: string, busyTimeoutMs: number): StoreFile {
  const path = absolutePath(givenPath);
  refuseUnsafeSqlite(process.versions.sqlite ?? '0');
  refuseUnusableFile(path);
  try {
    const database = connect(path, { busyTimeoutMs, create: true });
    try {
      refuseTextCutAtNul(database);
      prepare(database, path, busyTimeoutMs);
      database.exec('PRAGMA query_only = ON');
      return { path, identity: readIdentity(database), database };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw error instanceof NexusError ? error : openErrorOf(error, path);
  }
}

/** @throws ConfigurationError - the path names no file */
export function absolutePath(path: string): string {
  if (path === '' || path === ':memory:') {
    const message = `'${path}' is not the path of a file; for a store in memory open 'memory:'`;
    throw new ConfigurationError('path', message);
  }
  if (path.includes('\0')) throw new ConfigurationError('path', 'A path must not contain NUL');
  return resolve(path);
}

function refuseUnusableFile(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConfigurationError('path', `${path}: its folder ${folder} does not exist; make it first`);
  }
  const file = statSync(path, { throwIfNoEntry: false });
  if (file?.isDirectory()) {
    const message = `${path} is a directory; name a file in it, such as ${resolve(path, 'nexus.db')}`;
    throw new ConfigurationError('path', message);
  }
  if (file !== undefined && !file.isFile()) throw new ConfigurationError('path', `${path} is not a regular file`);
  requireAccess(folder, constants.W_OK, `${folder} cannot be written, and ${basename(path)} needs files beside it`);
  if (file === undefined) return;
  requireAccess(path, constants.R_OK, `${path} cannot be read; give this user read and write access`);
  requireAccess(path, constants.W_OK, `${path} is read-only; give this user write access`);
}

function requireAccess(path: string, mode: number, message: string): void {
  try {
    accessSync(path, mode);
  } catch (cause) {
    throw new ConfigurationError('path', message, { cause });
  }
}

/** Tries again while other processes prepare the same file, since SQLite does not wait for every lock by itself. */
function prepare(database: DatabaseSync, path: string, budgetMs: number): void {
  const deadline = performance.now() + budgetMs;
  for (;;) {
    try {
      const version = refuseForeign(database, path);
      useWriteAheadLog(database, path);
      if (version < SCHEMA_VERSION) migrate(database, path);
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
      sleepSync(PREPARE_PAUSE_MS);
    }
  }
}

function useWriteAheadLog(database: DatabaseSync, path: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode === 'wal') return;
  const message = `${path} lies on a file system without shared memory, such as a network share; use a local disk`;
  throw new ConfigurationError('path', message);
}

/**
 * The file's `user_version`; 0 for an empty file.
 *
 * @throws ConfigurationError - it is the database of another program, or of a newer version of Nexus
 */
export function refuseForeign(database: DatabaseSync, path: string): number {
  const { applicationId, version, objects } = readHeader(database);
  if (applicationId !== APPLICATION_ID) {
    if (applicationId === 0 && version === 0 && objects === 0) return 0;
    throw new ConfigurationError('path', `${path} is the database of another program; name another path`);
  }
  if (version > SCHEMA_VERSION) {
    const message = `${path} was made by a newer Nexus (version ${version}, this one knows ${SCHEMA_VERSION}); update Nexus`;
    throw new ConfigurationError('path', message);
  }
  return version;
}

function migrate(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = refuseForeign(database, path);
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    if (version === 0) {
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.prepare('INSERT INTO store VALUES (1, ?, 1)').run(randomUUID());
    }
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export function readIdentity(database: DatabaseSync): StoreIdentity {
  const row = database.prepare('SELECT store_id, epoch FROM store').get();
  return { storeId: String(row?.store_id), epoch: Number(row?.epoch) };
}

/** In one statement, hence of one moment: another process may be making the store just now. */
function readHeader(database: DatabaseSync): { applicationId: number; version: number; objects: number } {
  const row = database
    .prepare(
      `SELECT (SELECT count(*) FROM sqlite_schema) AS objects,
              (SELECT application_id FROM pragma_application_id) AS applicationId,
              (SELECT user_version FROM pragma_user_version) AS version`,
    )
    .get();
  const number = (name: string) => Number(row?.[name]);
  return { applicationId: number('applicationId'), version: number('version'), objects: number('objects') };
}
