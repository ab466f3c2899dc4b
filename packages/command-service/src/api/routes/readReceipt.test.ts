import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { apiOn, appendMany } from '../testing/serving.ts';

it('answers the receipt of the append that stored the version', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 3);
  const api = await apiOn(store);

  const answer = await api.inject('/api/aggregates/order-1/receipts/2');

  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual(await store.getReceipt('order-1', 2));
});

it('answers 404 where there is no such version', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 3);
  const api = await apiOn(store);

  const answer = await api.inject('/api/aggregates/order-1/receipts/4');

  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
});
