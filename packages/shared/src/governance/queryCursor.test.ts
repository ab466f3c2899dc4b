import { expect, it } from 'vitest';
import { digestOfText } from './digest.ts';
import { type CursorPlace, decodeCursor, encodeCursor } from './queryCursor.ts';

const SCOPE = {
  storeId: 's',
  eventType: 'A',
  startTime: '2026-01-01T00:00:00.000Z',
  endTime: '2026-02-01T00:00:00.000Z',
};
const AFTER = { timestamp: '2026-01-31T12:00:00.000Z', aggregateId: 'order-1', aggregateVersion: 7 };

function refusal(rule: string) {
  return expect.objectContaining({ code: 'CURSOR_INVALID', details: { rule: expect.stringContaining(rule) } });
}

function textOf(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

it.each<CursorPlace>([{ after: AFTER }, { after: AFTER, snapshot: '12' }])('leads back to its place', (place) => {
  expect(decodeCursor(encodeCursor(SCOPE, place), SCOPE)).toEqual(place);
});

it.each(['storeId', 'eventType', 'startTime', 'endTime'] as const)('belongs to one %s', (field) => {
  const cursor = encodeCursor(SCOPE, { after: AFTER });

  const decode = () => decodeCursor(cursor, { ...SCOPE, [field]: 'other' });

  expect(decode).toThrow(refusal('another query'));
});

it.each(['', 'x', textOf(null), textOf({}), textOf(7), textOf('text'), textOf([]), textOf([2])])(
  'is not %j, which no store made',
  (text) => {
    expect(() => decodeCursor(text, SCOPE)).toThrow(refusal('malformed'));
  },
);

it.each([
  ['time', { ...AFTER, timestamp: 'yesterday' }],
  ['aggregate', { ...AFTER, aggregateId: '' }],
  ['version', { ...AFTER, aggregateVersion: 1.5 }],
])('leads nowhere without a %s, though whoever made it knows the seal', (_field, after) => {
  const cursor = encodeCursor(SCOPE, { after });

  expect(() => decodeCursor(cursor, SCOPE)).toThrow(refusal('malformed'));
});

it.each([
  ['another form', 2, null],
  ['a snapshot that is no text', 1, 7],
])('leads nowhere in %s, though whoever made it knows the seal', (_what, version, snapshot) => {
  const position = [AFTER.timestamp, AFTER.aggregateId, AFTER.aggregateVersion, snapshot];
  const seal = digestOfText(JSON.stringify([...Object.values(SCOPE), ...position]));

  expect(() => decodeCursor(textOf([version, seal, ...position]), SCOPE)).toThrow(refusal('malformed'));
});
