import { isDeepStrictEqual } from 'node:util';
import type { DomainEvent } from '@nexus/shared';

/** An event that the model holds, and the number of the append that stored it. */
export interface ModelEvent {
  readonly event: DomainEvent;
  readonly append: number;
}

/** A place of an event. */
interface Place {
  readonly aggregateId: string;
  readonly aggregateVersion: number;
}

/** Where an append expected another version than there is. */
interface Misplaced {
  readonly aggregateId: string;
  readonly expectedVersion: number;
  readonly actualVersion: number;
}

/** What the guarantees say about an append. Where several aggregates or events are at fault, a store names one. */
export type ModelAnswer =
  | { readonly outcome: 'stored'; readonly appends: readonly [number] }
  | { readonly outcome: 'replayed'; readonly appends: readonly number[] }
  | { readonly outcome: 'IDEMPOTENCY_MISMATCH'; readonly faults: readonly (Place & { readonly eventId: string })[] }
  | {
      readonly outcome: 'CONCURRENCY_CONFLICT';
      readonly faults: readonly Misplaced[];
      readonly alreadyStored: readonly Place[];
    }
  | { readonly outcome: 'VERSION_GAP'; readonly faults: readonly Misplaced[] };

/** The port in memory, written down as its guarantees say it, without any regard to speed. */
export class StoreModel {
  readonly #aggregates = new Map<string, ModelEvent[]>();
  #appends = 0;

  /** The aggregate's events, by version. */
  eventsOf(aggregateId: string): readonly ModelEvent[] {
    return this.#aggregates.get(aggregateId) ?? [];
  }

  versionOf(aggregateId: string): number {
    return this.eventsOf(aggregateId).length;
  }

  /** Ids of the aggregates that have events. */
  aggregateIds(): readonly string[] {
    return [...this.#aggregates.keys()];
  }

  /** All events, aggregate by aggregate. */
  all(): readonly ModelEvent[] {
    return [...this.#aggregates.values()].flat();
  }

  /** What the append is answered with; stores it where it is new. */
  append(events: readonly DomainEvent[]): ModelAnswer {
    const answer = this.#judge(events);
    if (answer.outcome !== 'stored') return answer;
    this.#appends += 1;
    for (const event of events) {
      const stored = this.#aggregates.get(event.aggregateId) ?? [];
      this.#aggregates.set(event.aggregateId, [...stored, { event, append: this.#appends }]);
    }
    return answer;
  }

  /** The events of the type between the times, both inclusive, by (timestamp, aggregateId in UTF-8 bytes, version). */
  query(eventType: string, startTime: string, endTime: string): DomainEvent[] {
    return this.all()
      .map(({ event }) => event)
      .filter((event) => event.eventType === eventType)
      .filter(({ timestamp }) => startTime <= timestamp && timestamp <= endTime)
      .sort(
        (left, right) =>
          left.timestamp.localeCompare(right.timestamp) ||
          Buffer.compare(Buffer.from(left.aggregateId), Buffer.from(right.aggregateId)) ||
          left.aggregateVersion - right.aggregateVersion,
      );
  }

  /** The order of the checks is that of guarantee 2: the same append, mismatch, conflict, gap. */
  #judge(events: readonly DomainEvent[]): ModelAnswer {
    const same = events.filter((event) => isDeepStrictEqual(this.#at(event)?.event, event));
    if (same.length === events.length) {
      return { outcome: 'replayed', appends: [...new Set(events.map((event) => this.#at(event)?.append as number))] };
    }
    const changed = events.filter((event) => !same.includes(event) && this.#at(event)?.event.eventId === event.eventId);
    if (changed.length > 0) return { outcome: 'IDEMPOTENCY_MISMATCH', faults: changed.map(namedPlaceOf) };
    const misplaced = this.#misplaced(events);
    const taken = misplaced.filter(({ expectedVersion, actualVersion }) => expectedVersion < actualVersion);
    if (taken.length > 0) return { outcome: 'CONCURRENCY_CONFLICT', faults: taken, alreadyStored: same.map(placeOf) };
    if (misplaced.length > 0) return { outcome: 'VERSION_GAP', faults: misplaced };
    return { outcome: 'stored', appends: [this.#appends + 1] };
  }

  #at({ aggregateId, aggregateVersion }: DomainEvent): ModelEvent | undefined {
    return this.eventsOf(aggregateId)[aggregateVersion - 1];
  }

  #misplaced(events: readonly DomainEvent[]): Misplaced[] {
    return [...Map.groupBy(events, ({ aggregateId }) => aggregateId)]
      .map(([aggregateId, [first]]) => ({
        aggregateId,
        expectedVersion: (first as DomainEvent).aggregateVersion - 1,
        actualVersion: this.versionOf(aggregateId),
      }))
      .filter(({ expectedVersion, actualVersion }) => expectedVersion !== actualVersion);
  }
}

function placeOf({ aggregateId, aggregateVersion }: DomainEvent): Place {
  return { aggregateId, aggregateVersion };
}

function namedPlaceOf(event: DomainEvent): Place & { readonly eventId: string } {
  return { ...placeOf(event), eventId: event.eventId };
}
