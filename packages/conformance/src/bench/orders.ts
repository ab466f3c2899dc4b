import { type DomainEvent, InMemoryPolicy, InMemorySchemaRegistry, type JsonObject } from '@nexus/shared';
import { eventOf } from './events.ts';

/** What an order's payload must be, first version. */
const ORDER_SCHEMA: JsonObject = {
  type: 'object',
  required: ['amount'],
  properties: { amount: { type: 'number', minimum: 0 } },
};

/** The second version asks for more. */
export const STRICTER_ORDER_SCHEMA: JsonObject = {
  type: 'object',
  required: ['amount', 'currency'],
  properties: { amount: { type: 'number', minimum: 0 }, currency: { type: 'string' } },
};

/** A registry that knows `OrderPlaced`, and takes versions that ask for more. */
export function orderRegistry(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
  registry.register('OrderPlaced', ORDER_SCHEMA);
  return registry;
}

/** An `OrderPlaced` with this amount. */
export function orderOf(
  aggregateId: string,
  aggregateVersion: number,
  amount: unknown,
  fields: Partial<DomainEvent> = {},
): DomainEvent {
  return eventOf(aggregateId, aggregateVersion, {
    eventType: 'OrderPlaced',
    payload: { amount } as JsonObject,
    ...fields,
  });
}

/** Denies orders above 1,000 to everybody but managers. */
export function orderPolicy(): InMemoryPolicy {
  return new InMemoryPolicy([
    {
      name: 'large-orders',
      eventTypes: ['OrderPlaced'],
      check: (event, principal) =>
        Number(event.payload.amount) > 1_000 && !principal.roles.includes('manager')
          ? 'orders above 1,000 need a manager'
          : undefined,
    },
  ]);
}
