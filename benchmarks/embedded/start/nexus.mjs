import { writeSync } from 'node:fs';
import { openEventStore } from '@nexus/adapters';
import { InMemoryPolicy, InMemorySchemaRegistry } from '@nexus/shared';

/** What a service does before its first append is acknowledged: a schema, three policies, a new SQLite store. */
const schemaRegistry = new InMemorySchemaRegistry();
schemaRegistry.register('OrderPlaced', {
  type: 'object',
  required: ['customer', 'total', 'currency'],
  properties: {
    customer: { type: 'string', pattern: '^customer-[0-9]+$' },
    total: { type: 'number', minimum: 0 },
    currency: { enum: ['EUR', 'USD'] },
  },
  additionalProperties: false,
});
const policy = new InMemoryPolicy([
  { name: 'large-total-needs-manager', check: ({ payload }) => (payload.total > 10_000 ? 'too large' : undefined) },
  { name: 'user-is-named', check: ({ metadata }) => (metadata.userId === undefined ? 'nobody is named' : undefined) },
  { name: 'euros-only', check: ({ payload }) => (payload.currency === 'EUR' ? undefined : 'not in euros') },
]);
const store = await openEventStore(`sqlite:${process.argv[2]}`, { schemaRegistry, policy });
await store.append([
  {
    eventId: 'order-1-1',
    eventType: 'OrderPlaced',
    aggregateId: 'order-1',
    aggregateVersion: 1,
    timestamp: '2026-01-01T00:00:00.000Z',
    payload: { customer: 'customer-000042', total: 129.5, currency: 'EUR' },
    metadata: { userId: 'u-042' },
  },
]);
writeSync(1, 'acknowledged');
await store.close();
