import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject } from '../types/json.ts';
import { digestOfAppend, digestOfEvent } from './digest.ts';

const EVENT: DomainEvent = {
  eventId: 'e-1',
  eventType: 'OrderPlaced',
  aggregateId: 'order-1',
  aggregateVersion: 1,
  timestamp: '2026-01-31T12:00:00.000Z',
  payload: { total: 10.5, note: 'é😀' },
  metadata: { correlationId: 'c-1' },
};

it('gives a known event its known digest, which no release may change', () => {
  expect(digestOfEvent(EVENT)).toBe('1:2bba2f1246ed477e643c71087bf79d05cfdeffe30dc81fec2ca6a151d507d08b');
});

it('covers every field that the client states', () => {
  const changed = [
    { ...EVENT, eventId: 'e-2' },
    { ...EVENT, eventType: 'OrderPaid' },
    { ...EVENT, aggregateId: 'order-2' },
    { ...EVENT, aggregateType: 'Order' },
    { ...EVENT, aggregateVersion: 2 },
    { ...EVENT, timestamp: '2026-01-31T12:00:00.001Z' },
    { ...EVENT, payload: { ...EVENT.payload, total: 11 } },
    { ...EVENT, metadata: {} },
  ].map(digestOfEvent);

  expect(new Set([digestOfEvent(EVENT), ...changed]).size).toBe(changed.length + 1);
});

it('leaves out what the store records', () => {
  const recorded = { recordedAt: '2026-01-31T12:00:01.000Z', digest: '1:00' };

  expect(digestOfEvent({ ...EVENT, recorded })).toBe(digestOfEvent(EVENT));
});

it('does not depend on the order of keys', () => {
  const payload = fc.dictionary(fc.string(), fc.jsonValue());

  fc.assert(
    fc.property(payload, (given) => {
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      const [left, right] = [given, reversed].map((one) => digestOfEvent({ ...EVENT, payload: one as JsonObject }));
      expect(left).toBe(right);
    }),
  );
});

it('gives an append a digest of its events in their order', () => {
  expect(digestOfAppend(['1:aa', '1:bb'])).not.toBe(digestOfAppend(['1:bb', '1:aa']));
});

it('gives a known append its known digest, which no release may change', () => {
  expect(digestOfAppend(['1:aa', '1:bb'])).toBe('1:27ed61bd49f372a51613147630a9f4d6686cd95802404b8269807d83af7e58ae');
});
