import {
  ConfigurationError,
  CorruptStoreError,
  type NexusError,
  StoreClosedError,
  StoreUnavailableError,
} from '@nexus/shared';
import { type DriverFailure, type FailureReason, failureOf, sqliteCodeOf } from './driver-failure.ts';

const REMEDIES: Readonly<Record<FailureReason, string>> = {
  busy: 'another process holds its write lock for too long; try again later',
  'disk-full': 'the disk, the quota or `fileBytesMax` is used up; make room and try again',
  'read-only': 'the file or its folder cannot be written; give write access and try again',
  'io-error': 'the disk reports an error; look into the system log and try again',
  corrupt: 'the file is damaged; run `nexus verify`, and restore a backup',
  'cannot-open': 'the file cannot be opened; see that it exists and may be read and written',
  'file-moved': 'put the file back, or open the store again',
  'driver-error': 'SQLite refuses the operation',
};

/** The one place where SQLite's errors become ours, once a store is open. */
export function storeErrorOf(failure: DriverFailure, path: string, cause?: unknown): NexusError {
  const { reason, message, sqliteCode } = failure;
  const said = sqliteCode === 0 ? `Reason: ${message}` : `SQLite says: ${message} (${sqliteCode})`;
  if (reason === 'corrupt') {
    return new CorruptStoreError(`${path}: ${REMEDIES.corrupt}. ${said}`, { where: path, found: message }, { cause });
  }
  return new StoreUnavailableError(`${path}: ${REMEDIES[reason]}. ${said}`, { reason }, { cause });
}

/** The same, for a file that is being opened: what is wrong then is a matter of settings. */
export function openErrorOf(error: unknown, path: string): NexusError {
  const failure = failureOf(error);
  if (failure.reason === 'busy' || failure.reason === 'disk-full') return storeErrorOf(failure, path, error);
  const notADatabase = (failure.sqliteCode & 0xff) === 26;
  const remedy = notADatabase
    ? 'the file is not a database; name another path, or a file that Nexus has made'
    : REMEDIES[failure.reason];
  return new ConfigurationError('path', `${path}: ${remedy}. SQLite says: ${failure.message}`, { cause: error });
}

/** Runs a read and lets SQLite's errors out as ours. */
export function translating<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (isClosed(error)) throw new StoreClosedError();
    if (sqliteCodeOf(error) === 0) throw error;
    throw storeErrorOf(failureOf(error), path, error);
  }
}

/** What node:sqlite throws when a closed database, or a statement of one, is used. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}
