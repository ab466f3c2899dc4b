import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { nextEvents } from '../../governance/nextEvents.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { InMemorySchemaRegistry } from '../InMemorySchemaRegistry.ts';
import {
  EventRouter,
  EventStoreWithValidation,
  OrderCommandHandler,
  SchemaValidationError,
} from './event-publishing-validation.ts';

function arrange() {
  const registry = new InMemorySchemaRegistry();
  registry.register('OrderPlaced', {
    type: 'object',
    required: ['customer', 'total'],
    properties: { customer: { type: 'string' }, total: { type: 'number', minimum: 0 } },
    additionalProperties: false,
  });
  registry.register('OrderCancelled', { type: 'object', required: ['reason'] });
  const store = new EventStoreWithValidation(new InMemoryJournal(), registry);
  return { registry, store, handler: new OrderCommandHandler(store) };
}

describe('event-publishing-validation', () => {
  it('stores what all points allow', async () => {
    const { store, handler } = arrange();

    await handler.place('order-1', { customer: 'ada', total: 12.5 });
    await handler.cancel('order-1', 'too late');

    expect((await store.getEvents('order-1')).map(({ eventType }) => eventType)).toEqual([
      'OrderPlaced',
      'OrderCancelled',
    ]);
  });

  it('refuses in the command handler what the state of the order forbids', async () => {
    const { store, handler } = arrange();
    await handler.place('order-1', { customer: 'ada', total: 12.5 });

    await expect(handler.place('order-1', { customer: 'eve', total: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(handler.cancel('order-2', 'never placed')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await store.getVersion('order-1')).toBe(1);
  });

  it('refuses in the store what the schema forbids, and says which event and field', async () => {
    const { store, handler } = arrange();

    const error = await handler.place('order-1', { customer: 'ada', total: -1 }).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(SchemaValidationError);
    expect(error).toMatchObject({
      details: {
        eventType: 'OrderPlaced',
        eventId: expect.any(String),
        errors: [expect.stringContaining('/payload/total')],
      },
    });
    expect(await store.getVersion('order-1')).toBe(0);
  });

  it('refuses in the router what got in by another way', async () => {
    const { registry } = arrange();
    const journal = new InMemoryJournal();
    const lax = new EventStoreWithValidation(journal, registry, { mode: 'observe' });
    await lax.append(nextEvents('order-1', 0, [{ eventType: 'OrderPlaced', payload: { customer: 'ada', total: -1 } }]));
    const [stored] = await lax.getEvents('order-1');
    const published: RecordedEvent[] = [];
    const router = new EventRouter(registry, async (event) => void published.push(event));

    await expect(router.route(stored as unknown as RecordedEvent)).rejects.toMatchObject({
      code: 'SCHEMA_VALIDATION_FAILED',
    });
    expect(published).toEqual([]);
  });

  it('publishes from the feed what is valid', async () => {
    const { registry, store, handler } = arrange();
    const published = Promise.withResolvers<RecordedEvent>();
    const router = new EventRouter(registry, async (event) => published.resolve(event));
    const subscription = store.subscribeToStream(router.route as never, { from: 'start' });

    await handler.place('order-1', { customer: 'ada', total: 12.5 });

    expect(await published.promise).toMatchObject({ aggregateId: 'order-1', payload: { total: 12.5 } });
    await subscription.close();
    await store.close();
  });
});
