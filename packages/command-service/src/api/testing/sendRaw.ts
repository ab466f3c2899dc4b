import { connect } from 'node:net';

/** An answer as it came over a connection. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';
const IDLE_MS = 200;

/**
 * Sends bytes over a connection of their own, and reads answers until the server closes it.
 *
 * @param idleMs - how long to wait for more where the server keeps the connection open
 */
export async function sendRaw(url: string, bytes: string | Uint8Array, idleMs: number = IDLE_MS): Promise<RawAnswer[]> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setTimeout(idleMs, () => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A connection that the server resets while bytes are on their way has its answer already.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  await closed;
  return answersIn(Buffer.concat(chunks).toString('latin1'));
}

/** Sends bytes over a connection of their own, and breaks it as soon as they have left. */
export async function sendAndLeave(url: string, bytes: Uint8Array): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes, () => socket.destroy());
  await closed;
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf(HEAD_END);
    if (end === -1) throw new RangeError(`No end of the headers in ${JSON.stringify(rest)}`);
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [nameIn(line), line.slice(line.indexOf(':') + 1).trim()]));
    const start = end + HEAD_END.length;
    const length = Number(headers['content-length'] ?? (first.includes(' 100 ') ? 0 : rest.length - start));
    answers.push({ status: Number(first.split(' ')[1]), headers, body: bodyOf(rest.slice(start, start + length)) });
    rest = rest.slice(start + length);
  }
  return answers;
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}

function bodyOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
