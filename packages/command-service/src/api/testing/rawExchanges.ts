import fc from 'fast-check';
import { eventOf } from './serving.ts';

/** One request of a connection, as bytes. */
interface RawRequest {
  readonly text: string;
  /** Of the one event that it appends. */
  readonly aggregateId?: string;
  /** Whether a server can tell where it ends, so that the answer behind its own belongs to the next request. */
  readonly framed: boolean;
}

/** What a client does with one connection. */
export interface RawExchange {
  readonly requests: readonly RawRequest[];
  /** What follows the requests. */
  readonly tail: string;
  /** The client goes away after this share of its bytes, from 0 to 1. It stays if absent. */
  readonly leavesAt?: number;
}

const JSON_TYPE = 'Host: localhost\r\nContent-Type: application/json';

/** How a body is announced and sent. */
const FRAMINGS: readonly { readonly framed: boolean; of(body: string): string }[] = [
  { framed: true, of: (body) => `Content-Length: ${body.length}\r\n\r\n${body}` },
  { framed: true, of: (body) => `Transfer-Encoding: chunked\r\n\r\n${chunked(body)}` },
  { framed: true, of: (body) => `Expect: 100-continue\r\nTransfer-Encoding: Chunked\r\n\r\n${chunked(body)}` },
  { framed: false, of: (body) => `Content-Length: ${body.length - 1}\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: ${body.length + 9}\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: ${'9'.repeat(12)}\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: ${'9'.repeat(40)}\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: -1\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: 0x10\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}` },
  { framed: false, of: (body) => `Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(body)}` },
  { framed: false, of: (body) => `Transfer-Encoding: gzip\r\n\r\n${body}` },
  {
    framed: false,
    of: (body) => `Transfer-Encoding: chunked\r\n\r\n${chunked(body).replace('\r\n0\r\n', '\r\nZZ\r\n')}`,
  },
  { framed: false, of: (body) => `Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${body}` },
  { framed: false, of: (body) => `\r\n${body}` },
];

/** Requests that are unusual, or none, from their first line to the end of their headers. */
const HEADS: readonly string[] = [
  'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /health/live HTTP/1.1\r\n\r\n',
  'GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
  'GET /health/live HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n',
  'GET http://localhost/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET http://evil.example/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET //health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /api/aggregates/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /api/aggregates/%ff/events HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PROPFIND /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n',
];

const WRONG_HEADS: readonly string[] = [
  'GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n',
  'GET /health/live HTTP/9.9\r\nHost: localhost\r\n\r\n',
  'GET /health/live\r\n\r\n',
  'get /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'BREW /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET /health/a b HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /health/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /health/é HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /health/live HTTP/1.1\nHost: localhost\n\n',
  'GET /health/live HTTP/1.1\r\nHost: localhost\r\n folded: yes\r\n\r\n',
  'GET /health/live HTTP/1.1\r\nHost : localhost\r\n\r\n',
  'GET /health/live HTTP/1.1\r\nHost: local\0host\r\n\r\n',
  `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET /api/feed HTTP/1.1\r\nHost: localhost\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

const REQUESTS: fc.Arbitrary<RawRequest> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.uuid(), fc.constantFrom(...FRAMINGS.slice(0, 3), ...FRAMINGS))
      .map(([aggregateId, framing]) => {
        const body = JSON.stringify({ events: [eventOf(aggregateId, 1)] });
        return {
          text: `POST /api/events HTTP/1.1\r\n${JSON_TYPE}\r\n${framing.of(body)}`,
          aggregateId,
          framed: framing.framed,
        };
      }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...HEADS).map((text) => ({ text, framed: true })) },
  { weight: 1, arbitrary: fc.constantFrom(...WRONG_HEADS).map((text) => ({ text, framed: false })) },
);

/** Connections with one to four requests, one behind the other, and what should not be there. */
export const RAW_EXCHANGES: fc.Arbitrary<RawExchange> = fc.record(
  {
    requests: fc.array(REQUESTS, { minLength: 1, maxLength: 4 }),
    tail: fc.oneof(
      fc.constant('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      fc.string(),
    ),
    leavesAt: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['requests', 'tail'] },
);

export function bytesOf({ requests, tail }: RawExchange): Buffer {
  return Buffer.from([...requests.map(({ text }) => text), tail].join(''), 'latin1');
}

function chunked(body: string): string {
  const half = Math.floor(body.length / 2);
  const chunks = [body.slice(0, half), body.slice(half), ''];
  return chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
}
