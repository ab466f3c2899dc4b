import { mkdirSync, statfsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** On the disk of the checkout: a temporary folder may lie in memory, where a sync costs nothing. */
export const SCRATCH: string = join(import.meta.dirname, '../.cache/bench');

/** The numbers by which Linux tells file systems apart (statfs(2)). */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x794c7630, 'overlay'],
  [0x01021994, 'memory (tmpfs)'],
  [0x858458f6, 'memory (ramfs)'],
]);

/** What the figures belong to: versions, processors and the file system of the stores. */
export function machine(): string {
  const [cpu] = cpus();
  const { node, sqlite } = process.versions;
  const system = `${process.platform} ${process.arch}`;
  return `Node ${node}, SQLite ${sqlite}, ${cpus().length} × ${cpu?.model.trim()}, ${system}, files on ${fileSystem()}`;
}

/** A file system in memory makes every sync free, and every figure of an append worthless. */
export function isInMemory(): boolean {
  return fileSystem().startsWith('memory');
}

function fileSystem(): string {
  mkdirSync(SCRATCH, { recursive: true });
  const { type } = statfsSync(SCRATCH);
  return FILE_SYSTEMS.get(type) ?? `file system ${type.toString(16)}`;
}
