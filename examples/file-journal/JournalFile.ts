import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  AmbiguousCommitError,
  CorruptStoreError,
  isNexusError,
  type NexusError,
  readJson,
  StoreClosedError,
  StoreUnavailableError,
} from '@nexus/shared';

/** What `readFileSync` reads at most: a file that grew beyond could not be opened again. */
const FILE_BYTES_MAX = 2 ** 31 - 1;
const NEW_LINE = 10;
const LINE = /^\{"crc32":"([0-9a-f]{8})","entry":(.*)\}$/s;

/** A file of checksummed lines that one process at a time has open, and that only grows. */
export class JournalFile<Entry extends object> {
  readonly #path: string;
  readonly #file: number;
  #bytes = 0;
  #state: 'open' | 'broken' | 'closed' = 'open';

  /**
   * Opens the file, or makes one that holds `first`, and hands each entry to `take`. A torn last line is cut off.
   *
   * @throws StoreUnavailableError, CorruptStoreError
   */
  constructor(path: string, first: Entry, take: (entry: Entry) => void) {
    this.#path = path;
    lock(path);
    try {
      this.#file = openSync(path, 'a');
      this.#bytes = this.#read(take);
      ftruncateSync(this.#file, this.#bytes);
      syncFolder(path);
      if (this.#bytes === 0) this.append(first);
    } catch (cause) {
      unlinkSync(`${path}.lock`);
      throw failureOf(path, cause);
    }
  }

  /**
   * Adds a line, which is on disk when this returns. The ids are for the error.
   *
   * @throws StoreUnavailableError, AmbiguousCommitError, StoreClosedError
   */
  append(entry: Entry, aggregateIds: readonly string[] = []): void {
    const line = lineOf(entry);
    this.#refuse(line.length);
    // Until it is whole: what lacks its end is cut off when the file is opened again.
    this.#state = 'broken';
    let isWritten = false;
    try {
      writeFileSync(this.#file, line);
      isWritten = true;
      fsyncSync(this.#file);
    } catch (cause) {
      throw failureOf(this.#path, cause, isWritten ? aggregateIds : undefined);
    }
    this.#state = 'open';
    this.#bytes += line.length;
  }

  /** @throws CorruptStoreError */
  check(): void {
    const bytes = this.#read(() => {});
    if (bytes !== this.#bytes) throw corrupt(this.#path, `${bytes} bytes, where ${this.#bytes} were written`);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    closeSync(this.#file);
    unlinkSync(`${this.#path}.lock`);
  }

  /** Returns where the last whole line ends. */
  #read(take: (entry: Entry) => void): number {
    const bytes = readFileSync(this.#path);
    let begin = 0;
    for (let end = bytes.indexOf(NEW_LINE); end !== -1; end = bytes.indexOf(NEW_LINE, begin)) {
      take(entryOf(bytes.toString('utf8', begin, end), `${this.#path}, byte ${begin}`));
      begin = end + 1;
    }
    // It may be another program's file, which must not be cut.
    if (begin === 0 && bytes.length > 0) throw corrupt(this.#path, 'no whole line');
    return begin;
  }

  #refuse(bytes: number): void {
    if (this.#state === 'closed') throw new StoreClosedError();
    if (this.#state === 'broken') throw unavailable(this.#path, 'a write has failed; open it again');
    if (this.#bytes + bytes > FILE_BYTES_MAX) throw unavailable(this.#path, 'full');
  }
}

function lineOf(entry: object): Buffer {
  const text = JSON.stringify(entry);
  return Buffer.from(`{"crc32":"${checksum(text)}","entry":${text}}\n`);
}

function entryOf<Entry>(line: string, where: string): Entry {
  const [, sum, text] = LINE.exec(line) ?? [];
  if (text === undefined || checksum(text) !== sum) throw corrupt(where, 'a line that its checksum does not fit');
  return readJson(text) as Entry;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function lock(path: string): void {
  try {
    writeFileSync(`${path}.lock`, String(process.pid), { flag: 'wx' });
  } catch (cause) {
    throw failureOf(`${path}.lock`, cause);
  }
}

/** So that the name of a new file survives as well. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * The one place where errors of the file system become Nexus's.
 *
 * @param unsynced - whose events were written and not synced, so that nobody knows what is on disk
 */
function failureOf(path: string, cause: unknown, unsynced?: readonly string[]): NexusError {
  if (isNexusError(cause)) return cause;
  if (unsynced !== undefined) {
    const message = `${path} could not be synced; open it again, and send the same append again`;
    return new AmbiguousCommitError(message, { aggregateIds: unsynced }, { cause });
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const reason = code === 'EEXIST' ? 'in use, or left by a process that has died: remove it in that case' : code;
  return unavailable(path, reason, cause);
}

function unavailable(path: string, reason: string, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`${path}: ${reason}`, { reason }, { cause });
}

export function corrupt(where: string, found: string): CorruptStoreError {
  return new CorruptStoreError(`${where} holds ${found}; restore a backup`, { where, found });
}
