import { InMemoryEventStore } from '@nexus/adapters/embedded';
import {
  AmbiguousCommitError,
  type AppendReceipt,
  InMemoryPolicy,
  InMemorySchemaRegistry,
  type JsonObject,
  StoreUnavailableError,
} from '@nexus/shared';
import { expect, it } from 'vitest';
import { apiOn, eventOf, post } from '../testing/serving.ts';

it('stores the events and answers 201 with the receipt', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);

  const answer = await post(api, { events: [eventOf('order-1', 1), eventOf('order-1', 2)] });

  expect(answer.statusCode).toBe(201);
  expect(answer.json<AppendReceipt>()).toMatchObject({
    replayed: false,
    receipts: [{ shares: [{ aggregateId: 'order-1', fromVersion: 1, toVersion: 2 }] }],
  });
  expect(await store.getVersion('order-1')).toBe(2);
});

it('appends as the principal of the settings', async () => {
  const principal = { id: 'local', roles: ['clerk'], client: 'shop' };
  const api = await apiOn(new InMemoryEventStore(), { principal });

  const answer = await post(api, { events: [eventOf('order-1', 1, { metadata: { userId: 'mallory' } })] });

  expect(answer.json<AppendReceipt>().receipts[0]?.actor).toEqual(principal);
});

it('answers 200 with the stored receipt when the same events come again', async () => {
  const api = await apiOn(new InMemoryEventStore());
  const first = await post(api, { events: [eventOf('order-1', 1)] });

  const second = await post(api, { events: [eventOf('order-1', 1)] });

  expect(second.statusCode).toBe(200);
  expect(second.json()).toEqual({ ...first.json<AppendReceipt>(), replayed: true });
});

it('takes events as they were read, with what another store recorded', async () => {
  const origin = new InMemoryEventStore();
  await origin.append([eventOf('order-1', 1)]);
  const store = new InMemoryEventStore();
  const api = await apiOn(store);

  const answer = await post(api, { events: await origin.getEvents('order-1') });

  expect(answer.statusCode).toBe(201);
  expect(await store.getVersion('order-1')).toBe(1);
});

it('keeps __proto__ and constructor as data', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);
  const text = '{"__proto__":{"admin":true},"constructor":{"prototype":1}}';

  const answer = await post(api, JSON.stringify({ events: [eventOf('order-1', 1)] }).replace('{"total":12}', text));

  expect(answer.statusCode).toBe(201);
  const read = await api.inject('/api/aggregates/order-1/events');
  expect(read.body).toContain(`"payload":${text}`);
});

it('answers 409 with the actual version when the expected one is stale, and writes nothing', async () => {
  const store = new InMemoryEventStore();
  await store.append([eventOf('order-1', 1)]);
  const api = await apiOn(store);

  const answer = await post(api, { events: [eventOf('order-1', 1, { eventId: 'other' })] });

  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({
    type: '/errors/CONCURRENCY_CONFLICT',
    code: 'CONCURRENCY_CONFLICT',
    retryable: false,
    details: { aggregateId: 'order-1', expectedVersion: 0, actualVersion: 1 },
  });
  expect(await store.getVersion('order-1')).toBe(1);
});

it('answers 409 to a gap, and writes nothing', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);

  const answer = await post(api, { events: [eventOf('order-1', 2)] });

  expect([answer.statusCode, answer.json().code]).toEqual([409, 'VERSION_GAP']);
  expect(await store.getVersion('order-1')).toBe(0);
});

it('answers 422 with every violation when a payload does not match its schema, and writes nothing', async () => {
  const schemaRegistry = new InMemorySchemaRegistry();
  const schema: JsonObject = { type: 'object', properties: { total: { type: 'string' } } };
  await schemaRegistry.register('OrderPlaced', schema);
  const store = new InMemoryEventStore({ schemaRegistry });
  const api = await apiOn(store);

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({
    code: 'SCHEMA_VALIDATION_FAILED',
    details: { eventType: 'OrderPlaced', eventId: 'event-1' },
    violations: [{ eventIndex: 0, pointer: '/payload/total', keyword: 'type' }],
  });
  expect(await store.getVersion('order-1')).toBe(0);
});

it('answers 403 with the policies that deny it, and writes nothing', async () => {
  const policy = new InMemoryPolicy([{ name: 'no-orders', check: () => 'Orders are closed' }]);
  const store = new InMemoryEventStore({ policy });
  const api = await apiOn(store);

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect(answer.statusCode).toBe(403);
  expect(answer.json()).toMatchObject({
    code: 'POLICY_DENIED',
    details: { denials: [{ policy: 'no-orders', message: 'Orders are closed' }] },
  });
  expect(await store.getVersion('order-1')).toBe(0);
});

it('answers 504 when the outcome is unknown', async () => {
  class LostReply extends InMemoryEventStore {
    override async append(): Promise<AppendReceipt> {
      throw new AmbiguousCommitError('The outcome is unknown', { aggregateIds: ['order-1'] });
    }
  }
  const api = await apiOn(new LostReply());

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect(answer.statusCode).toBe(504);
  expect(answer.json()).toMatchObject({ code: 'AMBIGUOUS_COMMIT', retryable: true });
  expect(answer.headers['retry-after']).toBe('1');
});

it('answers 503 with Retry-After when the store is unavailable', async () => {
  class Away extends InMemoryEventStore {
    override async append(): Promise<AppendReceipt> {
      throw new StoreUnavailableError('The disk is full', { reason: 'full' });
    }
  }
  const api = await apiOn(new Away());

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect([answer.statusCode, answer.json().code]).toEqual([503, 'STORE_UNAVAILABLE']);
  expect(answer.headers['retry-after']).toBe('1');
});

it('answers 503 when the store was closed', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);
  await store.close();

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect([answer.statusCode, answer.json().code]).toEqual([503, 'STORE_CLOSED']);
});
