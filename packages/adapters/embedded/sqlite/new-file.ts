import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '@nexus/shared';

/** What the names of the files that SQLite keeps beside a database end in. */
const SIDE_FILE_ENDS = ['-wal', '-shm', '-journal'];

/**
 * Makes a file that is whole or not there: it is written under another name beside its place, synced, and moved.
 * The place is taken first, so that nothing that exists is ever overwritten.
 *
 * @param write - writes the file under the name that it is given
 * @throws ConfigurationError - there is something at the path, or beside it what SQLite would take for a part of it
 */
export async function makeNewFile(path: string, write: (partialPath: string) => Promise<void>): Promise<void> {
  const partialPath = `${path}.${randomUUID()}.partial`;
  await takePlace(path);
  try {
    await write(partialPath);
    await syncFile(partialPath);
    await rename(partialPath, path);
    await syncFolder(dirname(path));
  } catch (error) {
    for (const left of [partialPath, ...sideFilesOf(partialPath), path]) await rm(left, { force: true });
    throw error;
  }
}

async function takePlace(path: string): Promise<void> {
  // Beside a file that exists they are its own, and that it exists is the better message.
  if (!existsSync(path)) refuseLeftovers(path);
  const handle = await openNew(path);
  await handle.close();
}

/** A log that a deleted store has left behind would be read into the new file. */
function refuseLeftovers(path: string): void {
  for (const left of sideFilesOf(path)) {
    if (!existsSync(left)) continue;
    throw new ConfigurationError('path', `${left} is left of an earlier store; move it away, or name another path`);
  }
}

function sideFilesOf(path: string): string[] {
  return SIDE_FILE_ENDS.map((end) => `${path}${end}`);
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const message = exists ? `${path} exists, and is not overwritten; name another path` : `${path} cannot be made`;
    throw new ConfigurationError('path', message, { cause });
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the file's name is durable too. Windows offers no such thing, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
