import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditLine, beginningOf, type ChainHead, isIntact, parseLine } from './AuditLine.ts';
import { fileNameOf } from './auditFiles.ts';
import { decodeLine } from './readLines.ts';

/** What lies behind a file's last whole line: the write of a process that died, or of a disk that failed. */
export interface TornTail {
  readonly file: string;
  /** Where it begins, in bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** Where a chain goes on. */
export interface ChainTail {
  readonly head: ChainHead;
  /** Number of the file that has the head; 0 where the chain has no line. */
  readonly headNumber: number;
  /** Number of the last file. */
  readonly number: number;
  /** Bytes of the last file. */
  readonly size: number;
  /** Of the files from the one with the head on, rising. */
  readonly torn: readonly TornTail[];
}

interface FileTail {
  readonly size: number;
  /** The last line that is whole and intact. */
  readonly line?: AuditLine;
  /** Where that line ends. */
  readonly end: number;
}

const FIRST_LOOK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads where a chain goes on, from the ends of its files.
 *
 * @param numbers - of its files, rising, at least one
 * @throws the file system's error
 */
export async function readChainTail(folder: string, chain: string, numbers: readonly number[]): Promise<ChainTail> {
  const torn: TornTail[] = [];
  let size: number | undefined;
  for (const number of numbers.toReversed()) {
    const tail = await readFileTail(folder, chain, number);
    size ??= tail.size;
    const { line, end } = tail;
    if (end < tail.size) torn.unshift({ file: fileNameOf(chain, number), offset: end, bytes: tail.size - end });
    if (line === undefined) continue;
    const head = { sequence: line.sequence, hash: line.hash };
    return { head, headNumber: number, number: numbers.at(-1) ?? number, size, torn };
  }
  return { head: beginningOf(chain), headNumber: 0, number: numbers.at(-1) ?? 0, size: size ?? 0, torn };
}

/** Looks at more and more of the end, until there is a line. */
async function readFileTail(folder: string, chain: string, number: number): Promise<FileTail> {
  const handle = await open(join(folder, fileNameOf(chain, number)), 'r');
  try {
    const { size } = await handle.stat();
    for (let bytes = FIRST_LOOK_BYTES; ; bytes *= 4) {
      const from = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - from);
      await handle.read(buffer, 0, buffer.length, from);
      const found = lastLineOf(buffer, chain, from === 0);
      if (found !== undefined) return { size, line: found.line, end: from + found.end };
      if (from === 0) return { size, end: 0 };
    }
  } finally {
    await handle.close();
  }
}

/** @param isWhole - the buffer begins where the file does, so that its first line is whole */
function lastLineOf(buffer: Buffer, chain: string, isWhole: boolean): { line: AuditLine; end: number } | undefined {
  let end = buffer.lastIndexOf(NEWLINE);
  while (end >= 0) {
    const before = end === 0 ? -1 : buffer.lastIndexOf(NEWLINE, end - 1);
    if (before === -1 && !isWhole) return undefined;
    const text = decodeLine(buffer.subarray(before + 1, end));
    const line = text === undefined ? undefined : parseLine(text);
    if (line !== undefined && line.chain === chain && isIntact(line)) return { line, end: end + 1 };
    end = before;
  }
  return undefined;
}
