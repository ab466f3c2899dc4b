import { backup, type DatabaseSync } from 'node:sqlite';
import { NexusError } from '@nexus/shared';
import { connect } from './connect.ts';
import { storeErrorOf } from './driver-errors.ts';
import { failureOf } from './driver-failure.ts';
import { makeNewFile } from './new-file.ts';
import { absolutePath } from './store-file.ts';

/** Pages copied between two calls of `onProgress`: 4 MiB. */
const PAGES_PER_STEP = 1_024;

export interface BackupProgress {
  readonly pagesDone: number;
  readonly pagesTotal: number;
}

export interface BackupOptions {
  /** Called about every 4 MiB, and at the end. */
  readonly onProgress?: (progress: BackupProgress) => void;
}

/**
 * Copies a store, as it is now, into a new file, while it is read and written. The copy is one file without any beside
 * it, and can be restored or opened.
 *
 * @throws ConfigurationError - the target exists or cannot be made
 * @throws StoreUnavailableError - the disk is full, or a file cannot be read or written
 */
export async function backUp(storePath: string, targetPath: string, options: BackupOptions = {}): Promise<void> {
  try {
    await makeNewFile(absolutePath(targetPath), (partialPath) => copyStore(storePath, partialPath, options));
  } catch (error) {
    throw error instanceof NexusError ? error : storeErrorOf(failureOf(error), targetPath, error);
  }
}

async function copyStore(storePath: string, partialPath: string, { onProgress }: BackupOptions): Promise<void> {
  const source = connect(storePath, { busyTimeoutMs: 5_000 });
  try {
    holdMoment(source);
    const report = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) =>
      onProgress?.({ pagesDone: totalPages - remainingPages, pagesTotal: totalPages });
    const pagesTotal = await backup(source, partialPath, { rate: PAGES_PER_STEP, progress: report });
    onProgress?.({ pagesDone: pagesTotal, pagesTotal });
  } finally {
    source.close();
  }
  makeSelfContained(partialPath);
}

/** Without a transaction every commit that comes in between would make SQLite begin the copy again. */
function holdMoment(source: DatabaseSync): void {
  source.exec('BEGIN');
  source.prepare('SELECT count(*) FROM store').get();
}

/** Write-ahead logging needs files beside the database even to read it; a backup may lie where none can be made. */
function makeSelfContained(path: string): void {
  const copy = connect(path, { busyTimeoutMs: 0 });
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
