import { SqliteJournal } from '@nexus/adapters/embedded';
import {
  type DomainEvent,
  GovernedEventStore,
  InMemoryPolicy,
  InMemorySchemaRegistry,
  type JsonObject,
} from '@nexus/shared';
import type { Contender } from './Contender.ts';
import { EVENT_TYPES } from './events.ts';

/** Of every type. */
export const SCHEMA: JsonObject = {
  type: 'object',
  required: ['customer', 'total', 'currency', 'items'],
  properties: {
    customer: { type: 'string', pattern: '^customer-[0-9]+$' },
    total: { type: 'number', minimum: 0 },
    currency: { enum: ['EUR', 'USD'] },
    items: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku', 'quantity', 'price'],
        properties: { sku: { type: 'string' }, quantity: { type: 'integer' }, price: { type: 'number' } },
      },
    },
    note: { type: 'string' },
    address: { type: 'object' },
  },
  additionalProperties: false,
};

const POLICIES = new InMemoryPolicy([
  {
    name: 'large-total-needs-manager',
    check: ({ payload }) => (Number(payload.total) > 10_000 ? 'too large' : undefined),
  },
  { name: 'user-is-named', check: ({ metadata }) => (metadata.userId === undefined ? 'nobody is named' : undefined) },
  { name: 'euros-only', check: ({ payload }) => (payload.currency === 'EUR' ? undefined : 'not in euros') },
]);

/** Nexus with everything on: a schema for each event type, three policies, digests and receipts. */
export class Nexus implements Contender {
  readonly #journal: SqliteJournal;
  readonly #store: GovernedEventStore;

  constructor(path: string) {
    const schemaRegistry = new InMemorySchemaRegistry();
    for (const eventType of EVENT_TYPES) schemaRegistry.register(eventType, SCHEMA);
    this.#journal = new SqliteJournal({ path });
    this.#store = new GovernedEventStore(this.#journal, { schemaRegistry, policy: POLICIES, rateLimiter: null });
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    await this.#store.append(events);
  }

  async read(aggregateId: string): Promise<number> {
    return (await this.#store.getEvents(aggregateId)).length;
  }

  async readByTypeAndTime(eventType: string, startTime: string, endTime: string, limit: number): Promise<number> {
    return (await this.#store.getEventsByTimeRange(eventType, startTime, endTime, limit, 'benchmark')).length;
  }

  async streamAggregate(aggregateId: string, onEvent: () => void): Promise<void> {
    for await (const _ of this.#store.readAggregate(aggregateId)) onEvent();
  }

  async streamFeed(events: number, onEvent: () => void): Promise<void> {
    const { promise: allHandled, resolve } = Promise.withResolvers<void>();
    let handled = 0;
    const subscription = this.#store.subscribeToStream(
      async () => {
        onEvent();
        if (++handled === events) resolve();
      },
      { from: 'start' },
    );
    await Promise.race([allHandled, subscription.closed]);
    await subscription.close();
  }

  async follow(handler: () => void): Promise<void> {
    await this.#store.subscribeToStream(async () => handler()).started;
  }

  commits(): number {
    return this.#journal.writerStats.transactions;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
