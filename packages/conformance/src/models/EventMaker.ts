import type { DomainEvent } from '@nexus/shared';
import { at, eventOf } from '../bench/events.ts';
import type { ShareStep } from './Step.ts';
import type { ModelEvent, StoreModel } from './StoreModel.ts';

/** Among them two whose order by UTF-16 is not that of their bytes. */
const AGGREGATE_IDS = ['a', 'A/1 ', '\uFF5E', '\u{1F600}'] as const;
const EVENT_TYPES = ['ThingHappened', 'ThingChanged'] as const;
/** Few, so that many events have the same one, and that it steps back. */
const TIMES = 4;

/** Ids of the aggregates that steps are about. */
export function aggregateIdOf(number: number): string {
  return AGGREGATE_IDS[number % AGGREGATE_IDS.length] as string;
}

/** Types of the events that steps are about. */
export function eventTypeOf(number: number): string {
  return EVENT_TYPES[number % EVENT_TYPES.length] as string;
}

/** Makes the events that steps append out of what the model holds. */
export class EventMaker {
  readonly #model: StoreModel;
  #made = 0;

  constructor(model: StoreModel) {
    this.#model = model;
  }

  /** New events, from a version on. */
  fresh(aggregateId: string, fromVersion: number, size: number): DomainEvent[] {
    return Array.from({ length: Math.max(1, size) }, (_, index) => {
      this.#made += 1;
      return eventOf(aggregateId, fromVersion + index, {
        eventId: `${aggregateId}#${this.#made}`,
        eventType: eventTypeOf(this.#made),
        timestamp: at((this.#made * 7) % TIMES),
        payload: { made: this.#made, size },
      });
    });
  }

  /** New events behind the last one. */
  next(aggregateId: string, size: number): DomainEvent[] {
    return this.fresh(aggregateId, this.#model.versionOf(aggregateId) + 1, size);
  }

  /** The events of one share of an append. */
  share({ form, aggregate, size, pick }: ShareStep): DomainEvent[] {
    const aggregateId = aggregateIdOf(aggregate);
    const stored = this.#model.eventsOf(aggregateId);
    if (form === 'gap') return this.fresh(aggregateId, stored.length + 2 + (pick % 3), size);
    const picked = stored[pick % Math.max(1, stored.length)];
    if (picked === undefined || form === 'next') return this.next(aggregateId, size);
    const { aggregateVersion } = picked.event;
    const slice = upToRepeatedId(stored.slice(aggregateVersion - 1, aggregateVersion - 1 + Math.max(1, size)));
    switch (form) {
      case 'next-with-known-id':
        return this.next(aggregateId, 1).map((event) => ({ ...event, eventId: picked.event.eventId }));
      case 'stale':
        return this.fresh(aggregateId, aggregateVersion, size);
      case 'repeated':
        return shareOf(stored, picked.append).map(turned);
      case 'prefix':
        return shareOf(stored, picked.append).slice(0, Math.max(1, size));
      case 'regrouped':
        return slice;
      case 'straddling':
        return [(stored.at(-1) as ModelEvent).event, ...this.next(aggregateId, size)];
      case 'changed':
        return slice.with(-1, { ...(slice.at(-1) as DomainEvent), payload: { changed: pick } });
      default:
        return form satisfies never;
    }
  }
}

function shareOf(stored: readonly ModelEvent[], append: number): DomainEvent[] {
  return stored.filter((one) => one.append === append).map(({ event }) => event);
}

/** The events up to one whose id is that of an earlier one: it could not be in the same append. */
function upToRepeatedId(stored: readonly ModelEvent[]): DomainEvent[] {
  const ids = stored.map(({ event }) => event.eventId);
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  return stored.slice(0, repeated < 0 ? stored.length : repeated).map(({ event }) => event);
}

/** The same event, with the keys of its payload in another order. */
function turned(event: DomainEvent): DomainEvent {
  return { ...event, payload: Object.fromEntries(Object.entries(event.payload).reverse()) };
}
