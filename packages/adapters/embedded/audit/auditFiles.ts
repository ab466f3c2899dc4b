import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = /^([A-Za-z0-9-]{1,64})\.(\d{6,15})\.jsonl$/;
const CHAIN_ID = /^[A-Za-z0-9-]{1,64}$/;

/** Chains by id, each with the numbers of its files in rising order. */
export type Chains = ReadonlyMap<string, readonly number[]>;

/** Whether an id can be a part of the name of a file, on every file system. */
export function isChainId(id: string): boolean {
  return CHAIN_ID.test(id);
}

/** The name of a chain's file; the first has number 1. */
export function fileNameOf(chain: string, number: number): string {
  return `${chain}.${String(number).padStart(6, '0')}.jsonl`;
}

/** What a file's name says; `undefined` where it is no file of a chain. */
export function parseFileName(name: string): { chain: string; number: number } | undefined {
  const [, chain, digits] = FILE_NAME.exec(name) ?? [];
  if (chain === undefined || fileNameOf(chain, Number(digits)) !== name) return undefined;
  return { chain, number: Number(digits) };
}

/**
 * The chains of a folder, by id.
 *
 * @throws the file system's error, where the folder cannot be read
 */
export async function listChains(folder: string): Promise<Chains> {
  const chains = new Map<string, number[]>();
  for (const name of (await readdir(folder)).toSorted()) {
    const file = parseFileName(name);
    if (file === undefined) continue;
    const numbers = chains.get(file.chain);
    if (numbers === undefined) chains.set(file.chain, [file.number]);
    else numbers.push(file.number);
  }
  for (const numbers of chains.values()) numbers.sort((left, right) => left - right);
  return chains;
}

/** Makes the folder and those above it, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncFolder(join(first, '..'));
}

/** So that the names of new files are durable too. Windows offers no such thing, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
