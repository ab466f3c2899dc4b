import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { RecordedEvent } from '@nexus/shared';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../../testing/ManualClock.ts';
import { apiOn, appendMany, eventOf } from '../testing/serving.ts';

const URL = '/api/events?eventType=OrderPlaced&startTime=2026-01-31T00:00:00.000Z&endTime=2026-01-31T23:59:59.999Z';

it('answers the events of the type within both ends of the range', async () => {
  const store = new InMemoryEventStore();
  const at = (time: string) => ({ timestamp: `2026-01-31T${time}Z` });
  await store.append([
    eventOf('order-1', 1, at('10:00:00.000')),
    eventOf('order-1', 2, at('11:00:00.000')),
    eventOf('order-1', 3, { ...at('11:30:00.000'), eventType: 'OrderPaid' }),
    eventOf('order-1', 4, at('12:00:00.000')),
    eventOf('order-1', 5, at('13:00:00.000')),
  ]);
  const api = await apiOn(store);

  const answer = await api.inject(
    '/api/events?eventType=OrderPlaced&startTime=2026-01-31T11:00:00.000Z&endTime=2026-01-31T13:00:00.000%2B01:00',
  );

  expect(answer.statusCode).toBe(200);
  expect(answer.json().events.map(({ aggregateVersion }: RecordedEvent) => aggregateVersion)).toEqual([2, 4]);
  expect(answer.json()).toMatchObject({ scannedThrough: expect.any(String), settledThrough: expect.any(String) });
});

it('gives a cursor until every match was answered', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 5);
  const api = await apiOn(store);

  const first = (await api.inject(`${URL}&limit=3`)).json();
  const second = (await api.inject(`${URL}&limit=3&cursor=${first.cursor}`)).json();

  expect(first.partial).toEqual({ reason: 'limit' });
  expect([...first.events, ...second.events]).toEqual(await store.getEvents('order-1'));
  expect(second.cursor).toBeUndefined();
});

it('refuses the cursor of another query', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 5);
  const api = await apiOn(store);
  const { cursor } = (await api.inject(`${URL}&limit=3`)).json();

  const answer = await api.inject(`${URL.replace('OrderPlaced', 'OrderPaid')}&limit=3&cursor=${cursor}`);

  expect([answer.statusCode, answer.json().code]).toEqual([400, 'CURSOR_INVALID']);
});

it('lets all requests share one limit, and says when to come back', async () => {
  const clock = new ManualClock();
  const api = await apiOn(new InMemoryEventStore({ clock }));
  for (let query = 0; query < 10; query++) await api.inject(URL);
  clock.advance(1_500);

  const answer = await api.inject(URL);
  clock.advance(58_500);
  const later = await api.inject(URL);

  expect(answer.statusCode).toBe(429);
  expect(answer.json()).toMatchObject({ code: 'RATE_LIMITED', retryable: true, details: { key: 'local' } });
  expect(answer.headers['retry-after']).toBe('59');
  expect(later.statusCode).toBe(200);
});
