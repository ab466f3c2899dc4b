import type { FastifyRequest } from 'fastify';
import { HttpError } from './HttpError.ts';
import { hostOfHeader, isLoopbackHost } from './loopback.ts';

/**
 * Refuses requests that a foreign web page makes a browser send. Nothing authenticates requests yet, so being on the
 * same machine must not be enough for a page: neither under a name of its own that it lets resolve to this machine (DNS
 * rebinding), nor by posting from its own origin.
 *
 * @throws HttpError - `HOST_REFUSED` or `ORIGIN_REFUSED`; `MALFORMED_REQUEST` where the first of several hosts would do
 */
export function refuseForeign(request: FastifyRequest): void {
  if (hostsOf(request) > 1)
    throw new HttpError('MALFORMED_REQUEST', 'A request has one Host header; send no second one');
  const { host, origin } = request.headers;
  const name = host === undefined ? undefined : hostOfHeader(host);
  if (name === undefined || !isLoopbackHost(name)) {
    throw new HttpError(
      'HOST_REFUSED',
      'The Host header must name this machine: localhost, 127.0.0.1 or [::1]. Other names are refused until ' +
        'requests are authenticated, because a web page could choose them',
    );
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`.toLowerCase()) {
    throw new HttpError('ORIGIN_REFUSED', `Requests from pages of another origin are refused; use http://${host}`);
  }
}

/** Node keeps the first alone; whatever stands in between may have gone by another (RFC 9112, 3.2). */
function hostsOf({ raw }: FastifyRequest): number {
  return raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
}

/**
 * Refuses a query string that is no percent-encoded UTF-8, which the parser of query strings would take literally.
 *
 * @throws HttpError - `MALFORMED_URL`
 */
export function refuseMalformedQuery(request: FastifyRequest): void {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  if (start === -1) return;
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch (cause) {
    throw new HttpError('MALFORMED_URL', 'The query string is not percent-encoded UTF-8', { cause });
  }
}
