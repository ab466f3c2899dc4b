import type { DomainEvent, RecordedEvent } from '../types/DomainEvent.ts';
import type { ReadForm } from './EventStorePort.ts';

/** What a handler learns beside the event. */
export interface DeliveryContext {
  /** Opaque. A subscription `from` it continues with the next event. */
  readonly checkpoint: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted when the subscription closes or loses its claim on the consumer: stop as soon as possible. */
  readonly signal: AbortSignal;
}

/** Resolves when the event is handled; the next one waits for it. A rejection is retried, then parks the aggregate. */
export type EventHandler<Event extends DomainEvent<string, unknown> = DomainEvent> = (
  event: RecordedEvent<Event>,
  context: DeliveryContext,
) => Promise<void>;

/** A payload that cannot be served in the form that is asked for counts as an event that the handler fails on. */
export interface ConsumerOptions extends ReadForm {
  /**
   * Name of a durable consumer: 1 to 200 characters out of `A-Z a-z 0-9 . _ -`. One subscription at a time owns a
   * consumer, across processes; others wait to take over.
   */
  readonly consumer?: string;
  /**
   * Where to begin: `start`, `now` or a checkpoint. A durable consumer that has a place goes on there, whatever is
   * said here. Default: `start` for a durable consumer, `now` without one.
   */
  readonly from?: 'start' | 'now' | (string & {});
  /** Only events of these types. Default: all. */
  readonly eventTypes?: readonly string[];
  /**
   * What follows when a handler has failed for good:
   * - `park-aggregate`: the aggregate waits for `retry` or `discard`, all others go on (default);
   * - `skip-event`: the event is left out, and {@link SubscriptionStatus.ordered} is false;
   * - `stop`: the subscription ends with the handler's error.
   */
  readonly onFailure?: 'park-aggregate' | 'skip-event' | 'stop';
  /** Calls of the handler for one event before it has failed for good. Default: 5. */
  readonly attemptsMax?: number;
  /** Waits before the second, third … call, in ms; the last one repeats. Default: 100, 500, 2,000, 5,000. */
  readonly retryDelaysMs?: readonly number[];
  /** Different aggregates failing in a row that count as an outage: the subscription waits instead of parking. Default: 3. */
  readonly outageAfter?: number;
  /** Most events handled between two writes of the durable place. Default: 100. */
  readonly checkpointEvery?: number;
  /** Closes the subscription. */
  readonly signal?: AbortSignal;
}

export type SubscriptionState =
  /** Waits for another owner of the same consumer to end. */
  | 'standby'
  /** Behind the end of the feed. */
  | 'catching-up'
  /** Has delivered everything there is. */
  | 'live'
  /** Several different aggregates failed in a row: waits, and tries the same event again. */
  | 'outage'
  | 'closed'
  /** Ended by an error: see {@link SubscriptionStatus.error}. */
  | 'failed';

export interface SubscriptionStatus {
  readonly state: SubscriptionState;
  readonly consumer?: string;
  /** False when events may be skipped. */
  readonly ordered: boolean;
  /** After the last event handled; at first the place that delivery began from. Absent where that is the feed's start. */
  readonly checkpoint?: string;
  /** Handler calls that resolved since the subscription began. */
  readonly delivered: number;
  readonly parkedAggregates: number;
  readonly error?: Error;
}

/** An aggregate that a consumer's handler failed on for good. Its events wait in the store. */
export interface ParkedAggregate {
  readonly aggregateId: string;
  /** The version that waits. */
  readonly aggregateVersion: number;
  /** Of the event that the handler failed on. */
  readonly eventId: string;
  readonly attempts: number;
  /** Message of the handler's last error. */
  readonly error: string;
  /** ISO 8601, UTC. */
  readonly parkedAt: string;
  /** `retrying` once `retry` or `discard` was asked for and the consumer has not yet come to it. */
  readonly state: 'parked' | 'retrying';
}

export interface Subscription {
  /**
   * Resolves when the first place is known and delivery begins, or when the subscription is closed before; rejects when
   * an error ends it before.
   */
  readonly started: Promise<void>;
  /** Settles when the subscription has ended: resolves after `close`, rejects with the error that ended it. */
  readonly closed: Promise<void>;
  status(): SubscriptionStatus;
  parked(): Promise<ParkedAggregate[]>;
  /** Delivers the parked aggregate again from the version that waits, in order. @throws NotFoundError */
  retry(aggregateId: string): Promise<void>;
  /** Skips that one version, on the audit record, and goes on behind it. @throws NotFoundError */
  discard(aggregateId: string, aggregateVersion: number): Promise<void>;
  /**
   * Lets the running handler call end, writes the durable place, and gives up the claim. A handler must not wait for it:
   * it waits for the handler.
   */
  close(): Promise<void>;
}
