import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { OutputError } from '../errors.ts';

/**
 * Makes or empties a file of rejects. Whatever else lies at its path is left alone: a name that is mistaken must not cost
 * the store, or the input.
 *
 * @param beginning - that every line of such a file has
 * @returns the file's descriptor
 * @throws OutputError
 */
export function openRejects(path: string, beginning: string): number {
  try {
    if (!holdsOther(path, beginning)) return openSync(path, 'w');
  } catch (error) {
    throw new OutputError(rejectsFault(path, (error as Error).message), { target: path }, { cause: error });
  }
  throw new OutputError(rejectsFault(path, 'it holds something else than rejects'), { target: path });
}

/** What is said when the file cannot be written. */
export function rejectsFault(path: string, reason: string): string {
  return `The rejects file ${path} cannot be written: ${reason}; name another by --rejects`;
}

function holdsOther(path: string, beginning: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size === 0) return false;
  const start = Buffer.alloc(beginning.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return start.toString('latin1') !== beginning;
}
