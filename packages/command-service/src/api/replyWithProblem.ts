import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiSettings } from './ApiOptions.ts';
import { fromFramework } from './frameworkErrors.ts';
import { HttpError } from './HttpError.ts';
import type { OwedAnswers } from './OwedAnswers.ts';
import { answerTo, type ProblemAnswer } from './problems.ts';

const CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** A connection is broken this long after its last byte, if its client does not close it: reading on, it gets its answer. */
const LINGER_MS = 500;

/** Headers of every answer: nothing here is for a cache, nor for a browser to guess the type of. */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

type ProblemSettings = Pick<ApiSettings, 'bodyLimitBytes' | 'logger' | 'newId'>;

/** Answers any error as a problem. An unexpected one is logged, and its answer says nothing but the id of the entry. */
export function replyWithProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  settings: ProblemSettings,
): void {
  if (request.raw.socket.destroyed) {
    reply.hijack();
    return;
  }
  const error = fromFramework(thrown, settings.bodyLimitBytes);
  const answer = answerTo(error, settings.newId);
  if (answer.unexpected) logUnexpected(error, answer, request, settings);
  reply
    .code(answer.problem.status)
    .headers({ ...SECURE_HEADERS, ...answer.headers })
    .type(CONTENT_TYPE)
    .send(JSON.stringify(answer.problem));
}

function logUnexpected(err: unknown, { problem }: ProblemAnswer, request: FastifyRequest, settings: ProblemSettings) {
  const fields = { err, id: problem.instance, method: request.method, route: request.routeOptions.url };
  settings.logger.error(fields, 'A request failed in a way that nobody expected');
}

/**
 * Answers what is no HTTP request at all, and breaks the connection. Waits for the answers to the requests before it:
 * a client would take this one for theirs, and an append that was stored for one that was refused.
 */
export async function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  owed: Pick<OwedAnswers, 'settled'>,
): Promise<void> {
  if (error.code === 'ECONNRESET') return;
  await owed.settled(socket);
  if (!socket.writable) return;
  const { problem } = answerTo(fromParser(error), () => '');
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURE_HEADERS,
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(`HTTP/1.1 ${problem.status} Refused\r\n${lines.join('')}\r\n${body}`);
}

function fromParser(error: NodeJS.ErrnoException): HttpError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError('REQUEST_TIMEOUT', 'The request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError('HEADERS_TOO_LARGE', 'The headers of the request, its URL included, are larger than 16 KiB');
    default:
      return new HttpError('MALFORMED_REQUEST', 'This is no HTTP request');
  }
}
