import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { RecordedEvent, Upcaster } from '@nexus/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FeedReader } from '../testing/FeedReader.ts';
import { apiOn, eventOf, serve } from '../testing/serving.ts';

const TOTAL_TO_AMOUNT: Upcaster = { eventType: 'OrderPlaced', from: '1', to: '2', up: '{"amount": total}' };
const FAILING: Upcaster = { ...TOTAL_TO_AMOUNT, up: '$error("no way")' };

const QUERY = '/api/events?eventType=OrderPlaced&startTime=2026-01-31T00:00:00.000Z&endTime=2026-01-31T23:59:59.999Z';
const ROUTES = ['/api/aggregates/order-1/events?fromVersion=1', QUERY];

async function storeWithOrder(upcaster: Upcaster): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore({ upcasters: [upcaster] });
  await store.append([eventOf('order-1', 1, { metadata: { schemaVersion: '1' } })]);
  return store;
}

async function firstOf(store: InMemoryEventStore, parameters: string): Promise<RecordedEvent | undefined> {
  const { url } = await serve(store);
  const reader = await FeedReader.open(`${url}/api/feed?from=start${parameters}`);
  onTestFinished(() => reader.leave());
  const [message] = await reader.take(1);
  return message?.event;
}

describe.each(ROUTES)('%s', (route) => {
  it('answers payloads in the latest version, and says which that is', async () => {
    const store = await storeWithOrder(TOTAL_TO_AMOUNT);
    const api = await apiOn(store);

    const answer = await api.inject(route);

    expect(answer.json().events).toEqual(await store.getEvents('order-1'));
    expect(answer.json().events[0]).toMatchObject({ payload: { amount: 12 }, recorded: { upcastTo: '2' } });
  });

  it('answers payloads as they were stored with upcast=false, also where no rule can lift them', async () => {
    const api = await apiOn(await storeWithOrder(FAILING));

    const refused = await api.inject(`${route}&upcast=true`);
    const answer = await api.inject(`${route}&upcast=false`);

    expect(refused.statusCode).toBe(500);
    expect(answer.statusCode).toBe(200);
    expect(answer.json().events[0].payload).toEqual({ total: 12 });
    expect(answer.json().events[0].recorded).not.toHaveProperty('upcastTo');
  });

  it('refuses any other value', async () => {
    const api = await apiOn(await storeWithOrder(TOTAL_TO_AMOUNT));

    const answer = await api.inject(`${route}&upcast=no`);

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

it('streams lines of an aggregate as they were stored with upcast=false', async () => {
  const api = await apiOn(await storeWithOrder(TOTAL_TO_AMOUNT));
  const headers = { accept: 'application/x-ndjson' };

  const lifted = await api.inject({ url: '/api/aggregates/order-1/events', headers });
  const stored = await api.inject({ url: '/api/aggregates/order-1/events?upcast=false', headers });

  expect(JSON.parse(lifted.body).payload).toEqual({ amount: 12 });
  expect(JSON.parse(stored.body).payload).toEqual({ total: 12 });
});

it('follows the feed in either form', async () => {
  const store = await storeWithOrder(TOTAL_TO_AMOUNT);

  expect((await firstOf(store, ''))?.payload).toEqual({ amount: 12 });
  expect((await firstOf(store, '&upcast=false'))?.payload).toEqual({ total: 12 });
});

it('breaks the feed off at an event that no rule can lift, and follows its stored form', async () => {
  const store = await storeWithOrder(FAILING);

  expect(await firstOf(store, '').catch(() => 'broken off')).toBe('broken off');
  expect((await firstOf(store, '&upcast=false'))?.payload).toEqual({ total: 12 });
});
