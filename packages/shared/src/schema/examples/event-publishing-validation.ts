/**
 * The three points at which an event is validated on its way from a command to its readers:
 *
 * 1. the command handler: business rules, which need the aggregate's state
 * 2. the event store: the schema, before anything is stored. The primary one: nothing gets past it.
 * 3. the event router: the schema once more, before an event leaves the service. Defence in depth, against events that
 *    were stored before there was a schema, or by another program.
 */
import { EventJudge } from '../../governance/EventJudge.ts';
import { GovernedEventStore } from '../../governance/GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from '../../governance/GovernedEventStoreOptions.ts';
import { nextEvents } from '../../governance/nextEvents.ts';
import type { EventJournal } from '../../ports/EventJournal.ts';
import type { SchemaRegistryPort } from '../../ports/SchemaRegistryPort.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { InvalidArgumentError, SchemaValidationError } from '../../types/errors.ts';
import type { AppendReceipt } from '../../types/Receipt.ts';

export { SchemaValidationError };

/** The events of the example. */
export interface OrderEvents {
  readonly OrderPlaced: { readonly customer: string; readonly total: number };
  readonly OrderCancelled: { readonly reason: string };
}

/** Point 2. An event store that validates every payload against its schema, or does not open. */
export class EventStoreWithValidation extends GovernedEventStore<OrderEvents> {
  constructor(
    journal: EventJournal,
    schemaRegistry: SchemaRegistryPort,
    options: Omit<GovernedEventStoreOptions, 'schemaRegistry' | 'enableSchemaValidation'> = {},
  ) {
    super(journal, { ...options, schemaRegistry, enableSchemaValidation: true });
  }
}

/** Point 1. Decides by the order's state, and appends what follows. */
export class OrderCommandHandler {
  readonly #store: EventStoreWithValidation;

  constructor(store: EventStoreWithValidation) {
    this.#store = store;
  }

  /** @throws SchemaValidationError - by the store: `details` is `{ eventType, eventId, errors }` */
  async place(orderId: string, order: OrderEvents['OrderPlaced']): Promise<AppendReceipt> {
    const version = await this.#store.getVersion(orderId);
    if (version > 0) throw new InvalidArgumentError('orderId', `${orderId} was placed before; choose a new id`);
    return this.#store.append(nextEvents(orderId, 0, [{ eventType: 'OrderPlaced', payload: order }]));
  }

  async cancel(orderId: string, reason: string): Promise<AppendReceipt> {
    const events = await this.#store.getEvents(orderId);
    const last = events.at(-1);
    if (last === undefined) throw new InvalidArgumentError('orderId', `${orderId} was never placed`);
    if (last.eventType === 'OrderCancelled')
      throw new InvalidArgumentError('orderId', `${orderId} is cancelled already`);
    const draft = { eventType: 'OrderCancelled', payload: { reason } } as const;
    return this.#store.append(nextEvents(orderId, last.aggregateVersion, [draft]));
  }
}

/** Point 3. Publishes what its schema allows; for anything else it fails, so that the feed parks the aggregate. */
export class EventRouter {
  readonly #judge: EventJudge;
  readonly #publish: (event: RecordedEvent) => Promise<void>;

  constructor(schemaRegistry: SchemaRegistryPort, publish: (event: RecordedEvent) => Promise<void>) {
    this.#judge = new EventJudge({ schemaRegistry });
    this.#publish = publish;
  }

  /** A handler for `subscribeToStream`. @throws SchemaValidationError */
  readonly route = async (event: RecordedEvent): Promise<void> => {
    const by = { principal: { id: 'event-router', roles: [], client: 'event-router' }, now: event.recorded.recordedAt };
    const { violations } = await this.#judge.judge([event], by);
    if (violations.length > 0) throw new SchemaValidationError(event, violations);
    await this.#publish(event);
  };
}
