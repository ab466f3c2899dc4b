import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

const LARGE_BYTES = 3 * 1024 * 1024;
const NESTED = 20_000;

/** What stands in the place of another token: other types, what JSON or a double cannot hold, and what is too much. */
const TOKENS: readonly string[] = [
  'null',
  'true',
  '{}',
  '[]',
  '""',
  '0',
  '-1',
  '1.5',
  '-0',
  '1e400',
  '-1e400',
  '12345678901234567890',
  '9007199254740991',
  'NaN',
  'undefined',
  '',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u0061"',
  '"__proto__"',
  '"constructor"',
  '"."',
  '".."',
  '"a/b"',
  '"2026-02-30T00:00:00.000Z"',
  '"9999-12-31T23:59:59.999Z"',
  `"${'€'.repeat(533)}"`,
  `"${'€'.repeat(534)}"`,
  `[${'null,'.repeat(5_000)}null]`,
  `${'['.repeat(NESTED)}${']'.repeat(NESTED)}`,
  `${'{"a":'.repeat(NESTED)}1${'}'.repeat(NESTED)}`,
  '['.repeat(NESTED),
];

const MEMBERS: readonly string[] = [
  '"__proto__":{"polluted":true},',
  '"constructor":{"prototype":{"polluted":true}},',
  '"colour":"red",',
  '"":1,',
  '"eventId":"twice",',
  '"events":[],',
  '"nexusId":1,',
  '"$where":"1",',
  '"recorded":null,',
  '"recorded":{"digest":"1:0"},',
  '"schemaVersion":99,',
  '"schemaVersion":{},',
  '"\\u0061":1,"a":2,',
];

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

type Change = (text: string) => string;

/** One thing changed in a JSON text, somewhere. */
const CHANGES: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...TOKENS)).map(([at, token]) => replaceMatch(TOKEN, at, token)),
  fc.tuple(fc.nat(), fc.constantFrom(...MEMBERS)).map(([at, member]) => replaceMatch(/\{/g, at, `{${member}`)),
  fc.nat().map(
    (at): Change =>
      (text) =>
        text.slice(0, at % (text.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })).map(([at, inserted]): Change => {
    return (text) => `${text.slice(0, at % (text.length + 1))}${inserted}${text.slice(at % (text.length + 1))}`;
  }),
);

function replaceMatch(pattern: RegExp, at: number, replacement: string): Change {
  return (text) => {
    const matches = [...text.matchAll(pattern)];
    const match = matches[at % Math.max(1, matches.length)];
    if (match === undefined) return replacement;
    return `${text.slice(0, match.index)}${replacement}${text.slice(match.index + match[0].length)}`;
  };
}

/** Bodies that no change of a text leads to. */
const BYTES: fc.Arbitrary<(text: string) => Buffer> = fc.constantFrom<(text: string) => Buffer>(
  () => Buffer.alloc(0),
  () => Buffer.alloc(64),
  () => Buffer.alloc(LARGE_BYTES, ' '),
  () => Buffer.from(`{"events":[{"payload":{"a":"${'x'.repeat(LARGE_BYTES)}"}}]}`),
  () => Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  (text) => Buffer.from(`\uFEFF${text}`),
  (text) => gzipSync(text),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.concat([Buffer.from(text), Buffer.from([0x80])]),
  (text) => Buffer.from(`${text}${text}`),
  (text) => Buffer.from(JSON.stringify(text)),
);

/** Bodies with one to three changes against a JSON text, and bodies that have little to do with it. */
export function brokenBodiesOf(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const changed = fc
    .tuple(texts, fc.array(CHANGES, { minLength: 1, maxLength: 3, size: 'max' }))
    .map(([text, changes]) => Buffer.from(changes.reduce((before, change) => change(before), text)));
  const replaced = fc.tuple(texts, BYTES).map(([text, bytesOf]) => bytesOf(text));
  const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  const json = fc.json().map((text) => Buffer.from(text));
  return fc.oneof(
    { weight: 8, arbitrary: changed },
    { weight: 2, arbitrary: replaced },
    { weight: 1, arbitrary: random },
    { weight: 1, arbitrary: json },
  );
}
