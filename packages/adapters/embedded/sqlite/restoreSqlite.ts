import { constants, existsSync } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { ConfigurationError, NexusError, type StoreIdentity } from '@nexus/shared';
import { connect, connectImmutable } from './connect.ts';
import { openErrorOf, storeErrorOf } from './driver-errors.ts';
import { failureOf } from './driver-failure.ts';
import { findDamage } from './integrity.ts';
import { makeNewFile } from './new-file.ts';
import { absolutePath, readIdentity, refuseForeign } from './store-file.ts';

/**
 * Makes a store of a backup. The backup is checked first and stays as it is. The restored store has the backup's id
 * and a new epoch, so that checkpoints from before are refused instead of naming other events; durable consumers,
 * whose places lie in the store itself, go on where they were at the time of the backup.
 *
 * @returns the identity of the restored store
 * @throws ConfigurationError - the backup is none, or is damaged; or the target exists or cannot be made
 * @throws StoreUnavailableError - the disk is full, or a file cannot be read or written
 */
export async function restoreSqlite(backupFile: string, targetPath: string): Promise<StoreIdentity> {
  const source = absolutePath(backupFile);
  const target = absolutePath(targetPath);
  await refuseUnlessBackup(source);
  try {
    let identity: StoreIdentity | undefined;
    await makeNewFile(target, async (partialPath) => {
      await copyFile(source, partialPath, constants.COPYFILE_EXCL);
      identity = beginNewEpoch(partialPath);
    });
    return identity as unknown as StoreIdentity;
  } catch (error) {
    throw error instanceof NexusError ? error : storeErrorOf(failureOf(error), target, error);
  }
}

async function refuseUnlessBackup(path: string): Promise<void> {
  const file = await stat(path).catch((cause: unknown) => {
    throw new ConfigurationError('backup', `${path} cannot be read; name a file that \`nexus backup\` made`, { cause });
  });
  if (!file.isFile())
    throw new ConfigurationError('backup', `${path} is not a file; name one that \`nexus backup\` made`);
  if (existsSync(`${path}-wal`)) {
    const message = `${path} has a write-ahead log beside it, so it is a store in use and no backup; make one with \`nexus backup\``;
    throw new ConfigurationError('backup', message);
  }
  refuseDamage(path);
}

function refuseDamage(path: string): void {
  try {
    const database = connectImmutable(path);
    try {
      const version = refuseForeign(database, path);
      const [first] = version === 0 ? [{ where: 'file', found: 'it is empty' }] : findDamage(database);
      if (first === undefined) return;
      const message = `${path} is damaged (${first.where}: ${first.found}); take another backup`;
      throw new ConfigurationError('backup', message);
    } finally {
      database.close();
    }
  } catch (error) {
    throw error instanceof NexusError ? error : openErrorOf(error, path);
  }
}

function beginNewEpoch(path: string): StoreIdentity {
  const database = connect(path, { busyTimeoutMs: 0 });
  try {
    database.exec('UPDATE store SET epoch = epoch + 1');
    return readIdentity(database);
  } finally {
    database.close();
  }
}
