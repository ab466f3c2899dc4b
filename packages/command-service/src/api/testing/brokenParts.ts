import fc from 'fast-check';

/** Segments of a path, as they stand in the URL, that few clients would send. */
export const BROKEN_SEGMENTS: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '%2F',
    'a%2Fb',
    '..%2f..%2fetc%2fpasswd',
    '%5c',
    '%00',
    'a%00b',
    '%0d%0aX:%20y',
    '%25',
    '%2525',
    '%ED%A0%80',
    '%ff',
    '%',
    '%zz',
    '%f',
    '%u0041',
    '%c0%ae',
    '__proto__',
    'constructor',
    '*',
    ':id',
    ';a=b',
    '~!$&()+,=@',
    '-1',
    '0',
    '01',
    '1e3',
    '1.5',
    '0x1',
    '9007199254740991',
    '9007199254740992',
    '99999999999999999999999',
    'a'.repeat(1_600),
    'a'.repeat(1_601),
    '%E2%82%AC'.repeat(533),
    '%E2%82%AC'.repeat(534),
    'a'.repeat(15_000),
    'a'.repeat(17_000),
    '%41'.repeat(5_000),
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom(...'%/.#?;&=+aF0'), maxLength: 8 }),
);

/** Values of a query parameter, as they stand in the URL. */
const BROKEN_VALUES: fc.Arbitrary<string> = fc.oneof(
  BROKEN_SEGMENTS,
  fc.constantFrom(
    'true',
    'TRUE',
    'null',
    '[]',
    '{}',
    'start',
    'now',
    '%20',
    '+1',
    '2026-01-01',
    '2026-02-30T00:00:00.000Z',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(encodeURIComponent),
  fc.base64String({ minLength: 4, maxLength: 200 }).map(encodeURIComponent),
);

const UNKNOWN_NAMES = [
  'colour',
  '__proto__',
  'constructor',
  'toString',
  'clientId',
  'fromversion',
  'a%00',
  '%ff',
  '',
  'id',
];

/** A query string from one that is valid: something is missing, repeated, replaced or added. */
export function brokenQueriesOf(
  queries: fc.Arbitrary<readonly string[]>,
  names: readonly string[],
): fc.Arbitrary<readonly string[]> {
  const known = fc
    .tuple(fc.constantFrom(...names, ...UNKNOWN_NAMES), BROKEN_VALUES)
    .map(([name, value]) => `${name}=${value}`);
  const part = fc.oneof(known, fc.constantFrom('&', '=', '=1', '?', '#', 'upcast', '%', 'limit[]=1', 'limit%5B%5D=1'));
  return fc
    .tuple(
      queries,
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.nat(),
      fc.constantFrom('add', 'replace', 'drop', 'repeat'),
    )
    .map(([query, parts, at, how]) => {
      const rest = query.filter((_part, index) => index !== at % Math.max(1, query.length));
      if (how === 'add') return [...query, ...parts];
      if (how === 'replace') return [...rest, ...parts];
      return how === 'drop' ? rest : [...query, ...query];
    });
}

/** Headers that replace those of a valid request. */
export const BROKEN_HEADERS: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    { 'content-type': 'text/plain' },
    { 'content-type': '' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json;;;=' },
    { 'content-type': 'application/json, text/plain' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/merge-patch+json' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': `application/json; a=${'x'.repeat(2_000)}` },
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'identity' },
    { 'content-encoding': '' },
    { 'transfer-encoding': 'chunked' },
    { accept: 'application/x-ndjson' },
    { accept: 'text/html;q=0.9, */*;q=0.1' },
    { accept: 'application/x-ndjson;q=0' },
    { accept: ',;,' },
    { host: 'evil.example' },
    { host: '' },
    { host: 'localhost:99999' },
    { host: '[::1]:1' },
    { host: 'LOCALHOST' },
    { host: 'localhost, evil.example' },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: 'http://localhost', host: 'localhost' },
    { 'last-event-id': '' },
    { 'last-event-id': 'none' },
    { 'last-event-id': 'start' },
    { 'last-event-id': '%00é' },
    { expect: '100-continue' },
    { expect: 'tea' },
    { 'x-large': 'x'.repeat(20_000) },
    { 'x-http-method-override': 'DELETE' },
    { range: 'bytes=0-1' },
    { 'if-none-match': '*' },
    { upgrade: 'h2c', connection: 'upgrade' },
    { 'accept-version': '2.0.0' },
    { traceparent: '00-zz' },
  ),
  fc.record({ 'last-event-id': fc.base64String({ maxLength: 100 }) }),
);
