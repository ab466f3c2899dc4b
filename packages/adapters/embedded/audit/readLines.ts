import { open } from 'node:fs/promises';
import { LINE_BYTES_MAX } from './AuditLine.ts';

/** One line of a file, as it lies there. */
export interface FileLine {
  /** Without its end. `undefined` where it is longer than a line may be, or not UTF-8. */
  readonly text: string | undefined;
  /** From 1. */
  readonly number: number;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Without its end. */
  readonly bytes: number;
  /** False on what lies behind the last end of a line. */
  readonly isTerminated: boolean;
}

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of a file, in memory that is bounded by the longest line that may be.
 *
 * @throws the file system's error, or the signal's reason
 */
export async function* readLines(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<FileLine, void, undefined> {
  const handle = await open(path, 'r');
  try {
    const splitter = new LineSplitter();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      yield* splitter.lines(chunk.subarray(0, bytesRead));
    }
    yield* splitter.rest();
  } finally {
    await handle.close();
  }
}

/** Text of a line, where it is one. The mark of a byte order is kept, so that it is seen. */
export function decodeLine(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;
  #offset = 0;
  #number = 0;

  *lines(chunk: Buffer): Generator<FileLine, void, undefined> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      yield this.#line(true);
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  *rest(): Generator<FileLine, void, undefined> {
    if (this.#bytes > 0) yield this.#line(false);
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    // Copied: the chunk is read into again. What is too long is only counted.
    if (this.#bytes <= LINE_BYTES_MAX) this.#parts.push(Buffer.from(part));
    else this.#parts = [];
  }

  #line(isTerminated: boolean): FileLine {
    const bytes = this.#bytes;
    const text = bytes > LINE_BYTES_MAX ? undefined : decodeLine(Buffer.concat(this.#parts));
    const line = { text, number: ++this.#number, offset: this.#offset, bytes, isTerminated };
    this.#offset += bytes + (isTerminated ? 1 : 0);
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }
}
