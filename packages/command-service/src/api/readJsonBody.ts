import { InvalidJsonError, type JsonValue, parseJson } from '@nexus/shared';
import type { FastifyRequest } from 'fastify';
import { HttpError } from './HttpError.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A request's body as JSON that can be kept exactly.
 *
 * @throws InvalidJsonError - no UTF-8, no JSON, or JSON that would be changed by keeping it
 * @throws HttpError - `UNSUPPORTED_MEDIA_TYPE` for a compressed body
 */
export function readJsonBody(request: FastifyRequest, body: Buffer): JsonValue {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed, without a Content-Encoding header');
  }
  return parseJson(decode(body));
}

function decode(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw new InvalidJsonError('The body is not UTF-8', { rule: 'utf-8' }, { cause });
  }
}
