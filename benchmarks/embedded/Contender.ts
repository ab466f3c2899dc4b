import type { DomainEvent } from '@nexus/shared';

/** What every contender does, each in its own best way: on disk when acknowledged, refused when the version is stale. */
export interface Contender {
  /** The events follow each other within one aggregate. */
  append(events: readonly DomainEvent[]): Promise<void>;
  /** @returns the number of events read, parsed */
  read(aggregateId: string): Promise<number>;
  /** The oldest `limit` events of a type in a range of time. @returns their number */
  readByTypeAndTime(eventType: string, startTime: string, endTime: string, limit: number): Promise<number>;
  /** Reads all events of an aggregate in order, without holding them. Only where that is compared. */
  streamAggregate?(aggregateId: string, onEvent: () => void): Promise<void>;
  /** Reads the first `events` of the whole store in order, without holding them. Only where that is compared. */
  streamFeed?(events: number, onEvent: () => void): Promise<void>;
  /** Calls back for every event appended from now on. Only where there is a feed. */
  follow?(handler: () => void): Promise<void>;
  /** Resolves when an append is not refused because of a handler that was called. Only where it can be. */
  settle?(): Promise<void>;
  /** Transactions committed so far; each costs one sync. */
  commits(): number;
  close(): Promise<void>;
}
