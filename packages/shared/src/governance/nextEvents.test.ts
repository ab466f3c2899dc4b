import { expect, it } from 'vitest';
import { nextEvents } from './nextEvents.ts';

it('numbers the drafts behind the version, and fills id and time', () => {
  const ids = ['id-1', 'id-2'];
  const options = { now: () => 0, newId: () => ids.shift() ?? '' };

  const events = nextEvents(
    'order-1',
    4,
    [
      { eventType: 'A', payload: { a: 1 } },
      { eventType: 'B', payload: {} },
    ],
    options,
  );

  expect(events).toEqual([
    {
      eventId: 'id-1',
      eventType: 'A',
      aggregateId: 'order-1',
      aggregateVersion: 5,
      timestamp: '1970-01-01T00:00:00.000Z',
      payload: { a: 1 },
      metadata: {},
    },
    {
      eventId: 'id-2',
      eventType: 'B',
      aggregateId: 'order-1',
      aggregateVersion: 6,
      timestamp: '1970-01-01T00:00:00.000Z',
      payload: {},
      metadata: {},
    },
  ]);
});

it('keeps what a draft states itself', () => {
  const draft = {
    eventType: 'A',
    payload: {},
    eventId: 'own',
    timestamp: '2026-01-31T12:00:00.000Z',
    metadata: { userId: 'u' },
    aggregateType: 'Order',
  };

  expect(nextEvents('order-1', 0, [draft])).toEqual([{ ...draft, aggregateId: 'order-1', aggregateVersion: 1 }]);
});
