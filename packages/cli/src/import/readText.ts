import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../errors.ts';

const GZIP = [0x1f, 0x8b] as const;

/**
 * The text of a file, or of standard input for `-`, piece by piece; unpacked where it is gzip, whatever its name.
 * A byte order mark is left out.
 *
 * @throws InputError - there is no such file, it is a directory, its gzip is damaged or cut off, or it is not UTF-8
 */
export async function* readText(
  file: string,
  stdin: Readable,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const source = file === '-' ? 'standard input' : file;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytesRead = 0;
  try {
    const stream = file === '-' ? stdin : await openFile(file);
    if (signal !== undefined) addAbortSignal(signal, stream);
    for await (const bytes of unpacked(stream)) {
      const text = decoder.decode(bytes, { stream: true });
      bytesRead += bytes.length;
      if (text !== '') yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    throw signal?.aborted ? signal.reason : explained(error, source, bytesRead);
  }
}

async function openFile(file: string): Promise<Readable> {
  if ((await stat(file)).isDirectory()) {
    throw new InputError(`${file} is a directory; name a file`, { source: file });
  }
  return createReadStream(file);
}

async function* unpacked(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  const chunks = buffers(stream);
  const head: Buffer[] = [];
  while (Buffer.concat(head).length < GZIP.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
  }
  const start = Buffer.concat(head);
  const whole = prefixed(start, chunks);
  const isGzip = GZIP.every((byte, index) => start[index] === byte);
  yield* isGzip ? gunzipped(whole) : whole;
}

async function* buffers(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
}

async function* prefixed(start: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield start;
  yield* rest;
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  // Errors reach the reader below, since a failed pipeline destroys its last stream with them.
  const plain = pipeline(Readable.from(packed), createGunzip(), () => {});
  for await (const chunk of plain) yield chunk as Buffer;
}

function explained(error: unknown, source: string, bytesRead: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const fault = faultOf(code, bytesRead);
  if (fault !== undefined) return new InputError(`${source} ${fault}`, { source }, { cause: error });
  if (error instanceof InputError || code === undefined) return error;
  return new InputError(`${source} cannot be read: ${message}`, { source }, { cause: error });
}

function faultOf(code: string | undefined, bytesRead: number): string | undefined {
  switch (code) {
    case 'ENOENT':
      return 'does not exist; check the path';
    case 'EISDIR':
      return 'is a directory; name a file';
    case 'EACCES':
      return 'may not be read by this user; check its permissions';
    case 'Z_BUF_ERROR':
      return 'is gzip that is cut off; fetch it again, whole';
    case 'Z_DATA_ERROR':
      return 'is damaged gzip; fetch it again';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return `is not UTF-8 somewhere behind byte ${bytesRead}; convert it, such as by iconv -t utf-8`;
    default:
      return undefined;
  }
}
