import { type Agent, type IncomingMessage, request as send } from 'node:http';

/** A request as it is sent, whether it keeps the rules or not. */
export interface FuzzRequest {
  /** The path of the operation that it was made for, such as `/api/aggregates/{id}/events`. */
  readonly path: string;
  readonly method: string;
  /** Path and query string, percent-encoded or not. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const SHOWN_BYTES_MAX = 8 * 1024;

/** The request as a line of shell, against the default port. */
export function curlOf({ method, url, headers, body }: FuzzRequest): string {
  const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const line = `curl -i --path-as-is -X ${method} ${given.join(' ')} ${quoted(`http://localhost:4000${url}`)}`;
  if (body === undefined) return line;
  const shown =
    body.length > SHOWN_BYTES_MAX ? `(${body.length} bytes, which the seed makes)` : body.toString('base64');
  return `printf %s ${quoted(shown)} | base64 -d | ${line} --data-binary @-`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Sends it, as it is, to the server on this port. Of a feed, which has no end, only the beginning is awaited.
 *
 * @returns `undefined` when the connection broke before there was an answer that can be read
 */
export function sendRequest(port: number, request: FuzzRequest, agent: Agent): Promise<FuzzAnswer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<FuzzAnswer | undefined>();
  const { method, url: path, headers, body = Buffer.alloc(0) } = request;
  const length = framed(headers) || body.length === 0 ? {} : { 'content-length': String(body.length) };
  const sent = send({ host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, agent });
  sent.on('response', (response) => void answerOf(response).then(resolve, reject));
  sent.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost(error, method)) resolve(undefined);
    else reject(error);
  });
  sent.end(body);
  return promise;
}

/** What cannot be parsed is refused before its method is known, so that a HEAD may be answered with a body. */
function isLost({ code = '' }: NodeJS.ErrnoException, method: string): boolean {
  return ['EPIPE', 'ECONNRESET'].includes(code) || (method === 'HEAD' && code === 'HPE_CLOSED_CONNECTION');
}

function framed(headers: FuzzRequest['headers']): boolean {
  return Object.keys(headers).some((name) => ['content-length', 'transfer-encoding'].includes(name.toLowerCase()));
}

async function answerOf(response: IncomingMessage): Promise<FuzzAnswer> {
  const { statusCode: status = 0, headers } = response;
  if (headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy();
    return { status, headers, body: '' };
  }
  const body = Buffer.concat(await response.toArray()).toString('utf8');
  return { status, headers, body };
}
