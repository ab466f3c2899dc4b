import type { DomainEvent, EventMap, EventOf, RecordedEvent } from '../types/DomainEvent.ts';
import type { JsonObject } from '../types/json.ts';
import type { Principal } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import type { ConsumerOptions, EventHandler, Subscription } from './Subscription.ts';

/** What a store can do and how much it takes. Each flag is proved true or false by the conformance suite. */
export interface StoreCapabilities {
  /** An append may hold events of several aggregates, and is still stored whole or not at all. */
  readonly appendsAcrossAggregates: boolean;
  /** The shares of one append become visible together, also across aggregates. */
  readonly readsAcrossAggregates: boolean;
  /** What was acknowledged survives the death of the process. */
  readonly durable: boolean;
  /** Events can be found by `eventId`, and `uniqueEventIds: 'store'` is supported. */
  readonly eventIdIndex: boolean;
  /** Most bytes of one event's canonical JSON. */
  readonly eventBytesMax: number;
  /** Most bytes of one append's canonical JSON, all events together. */
  readonly appendBytesMax: number;
  /** Most parts (one for each aggregate, where a store counts parts) in one append. `Infinity` where unlimited. */
  readonly appendPartsMax: number;
  /** Payloads are checked against schemas before they are stored. */
  readonly schemaValidation: boolean;
  /** Policies decide on every append. */
  readonly policyEnforcement: boolean;
}

export interface AppendOptions {
  /** Who appends. Default: anonymous. */
  readonly principal?: Principal;
  /** Ends the append before its next try. A try that has reached the store is awaited, and so is a wait between two. */
  readonly signal?: AbortSignal;
  /** Marks the events as added behind newer ones of their aggregate (`recorded.outOfOrder`). For imports. Default: false. */
  readonly outOfOrder?: boolean;
}

/**
 * In which version of their schemas payloads are served. Id, version, time, metadata and digest of an event are those
 * of its stored form either way. A read throws `UpcastError` where a payload cannot be served so, and
 * `GovernanceUnavailableError` where the registry cannot say by which rules; the stored form needs neither.
 */
export interface ReadForm {
  /**
   * `false`: as they were stored. Default: true, in the latest active version of their schema, as far as rules lead
   * there. Without rules nothing is lifted.
   */
  readonly upcast?: boolean;
  /** Versions by event type, for readers that know no newer one (or no older one). Default: the latest. */
  readonly readAs?: Readonly<Record<string, string>>;
}

export interface ReadAggregateOptions extends ReadForm {
  /** First version, inclusive. Default: 1. */
  readonly fromVersion?: number;
  /** Last version, inclusive. Default: the aggregate's version when the read begins. */
  readonly toVersion?: number;
  /** Default: `forward`. */
  readonly direction?: 'forward' | 'backward';
  /** Most events. Default: all. */
  readonly limit?: number;
  /** Ends the read with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface EventQuery extends ReadForm {
  readonly eventType: string;
  /** Inclusive. ISO 8601, UTC, milliseconds. */
  readonly startTime: string;
  /** Inclusive. ISO 8601, UTC, milliseconds. */
  readonly endTime: string;
  /** Most events of the page, 1 to 10,000. Default: 1,000. */
  readonly limit?: number;
  /** From an earlier page of the same query. */
  readonly cursor?: string;
  /** Whose quota the page counts on. Default: `anonymous`. */
  readonly clientId?: string;
  /** Who asks, for the audit record. Default: one whose id and client are `clientId`, without roles. */
  readonly principal?: Principal;
  readonly signal?: AbortSignal;
}

/** One page of a temporal query, ordered by (timestamp, aggregateId in UTF-8 bytes, version). */
export interface EventPage<Event extends DomainEvent<string, unknown> = DomainEvent> {
  readonly events: readonly RecordedEvent<Event>[];
  /** Where the next page begins. Absent on the last page. */
  readonly cursor?: string;
  /** Why the page ends before the range does. Absent on the last page. */
  readonly partial?: { readonly reason: 'limit' | 'size' };
  /** Every match before this time has been looked at; of this very millisecond, those up to the page's end. */
  readonly scannedThrough: string;
  /** Up to when the index is known to be complete. */
  readonly settledThrough: string;
}

/**
 * The one port that a service appends and reads domain events through, whichever database is behind it.
 *
 * What every implementation guarantees:
 *
 * 0. **Identity.** An event is (`aggregateId`, `aggregateVersion`). The rules for ids, timestamps and numbers belong to
 *    the port and are the same everywhere; sizes are capabilities of the store.
 * 1. **All or nothing.** An append is stored whole or not at all, across aggregates too where `appendsAcrossAggregates`
 *    is true. A read of one aggregate contains, of each append's share, all or nothing, but for what the caller's
 *    bounds cut off.
 * 2. **Optimistic concurrency.** Checked in this order: the same append, mismatch, conflict, gap. Of racing writers
 *    exactly one wins; a loser has stored nothing and broken nothing.
 * 3. **A lost reply is harmless.** The same append (every event stored with the same digest at its own place, however
 *    grouped) stores nothing and returns the stored receipts.
 * 4. **Immutable.** Nothing on the port updates or deletes.
 * 5. **Nothing is cut off silently.** An array is whole, or holds the oldest `limit` matches that its caller asked for.
 * 6. **Change feed.** For each durable consumer and aggregate: every version, in order, at least once, no two handler
 *    calls at a time.
 * 7. **Refusals are typed.** A refused append has stored no event, and its error's `kind` says what to do.
 * 8. **Governed.** No event is stored without a decision by the rules that its receipt names. Where rules lift payloads,
 *    every read serves them in the latest version of their schema, unless its caller asks for another
 *    ({@link ReadForm}); a payload that cannot be lifted is an `UpcastError`.
 *
 * @typeParam Events - a map from event type to payload. Default: any type, any JSON object.
 */
export interface EventStorePort<Events extends EventMap = Record<string, JsonObject>> {
  readonly capabilities: StoreCapabilities;

  /**
   * Stores the events, in this order, whole or not at all. Resolves when they are durable.
   *
   * @throws InvalidEventError, SchemaValidationError, EventTooLargeError, AppendTooLargeError - nothing stored
   * @throws PolicyDeniedError - nothing stored
   * @throws ConcurrencyError, VersionGapError, IdempotencyMismatchError, DuplicateEventIdError - nothing stored
   * @throws StoreUnavailableError, GovernanceUnavailableError - nothing stored; try again later
   * @throws AmbiguousCommitError - unknown; send the same append again
   */
  append(events: readonly EventOf<Events>[], options?: AppendOptions): Promise<AppendReceipt>;

  /**
   * The aggregate's events, ascending by version. Both ends inclusive; `[]` if the aggregate is unknown.
   *
   * @throws QueryTooLargeError - more than 100,000 events: use {@link readAggregate}
   */
  getEvents(
    aggregateId: string,
    fromVersion?: number,
    toVersion?: number,
    options?: ReadForm,
  ): Promise<RecordedEvent<EventOf<Events>>[]>;

  /**
   * The oldest `limit` events of the type whose timestamps lie between the two times, both inclusive, ordered by
   * (timestamp, aggregateId, version). Ten calls in any 60 s for each `clientId`.
   *
   * @param limit - 1 to 10,000
   * @throws RateLimitError - says when to come back
   * @throws GovernanceUnavailableError - the audit log failed, and nothing is shown
   */
  getEventsByTimeRange<Type extends keyof Events & string>(
    eventType: Type,
    startTime: string,
    endTime: string,
    limit: number,
    clientId: string,
    options?: ReadForm,
  ): Promise<RecordedEvent<EventOf<Pick<Events, Type>>>[]>;

  /**
   * Calls the handler for every event, in the order of the feed. With `consumer` the place is durable: see guarantee 6.
   * Without it the subscription begins at the end of the feed (or where `from` says) and leaves nothing behind.
   */
  subscribeToStream?(handler: EventHandler<EventOf<Events>>, options?: ConsumerOptions): Subscription;

  /**
   * The aggregate's events one by one, in bounded memory. The end is fixed when the read begins.
   */
  readAggregate(aggregateId: string, options?: ReadAggregateOptions): AsyncIterable<RecordedEvent<EventOf<Events>>>;

  /**
   * One page of a temporal query. Every page advances, and counts as one of the ten. It is on the audit record before
   * anything is read, and again, with its outcome, before anything is shown.
   *
   * @throws RateLimitError, CursorInvalidError
   * @throws GovernanceUnavailableError - the audit log failed, and nothing is shown
   */
  queryEvents<Type extends keyof Events & string>(
    query: EventQuery & { readonly eventType: Type },
  ): Promise<EventPage<EventOf<Pick<Events, Type>>>>;

  /** Every event with this id, in the order of the feed. Throws `NotSupportedError` where `eventIdIndex` is false. */
  findByEventId(eventId: string, options?: ReadForm): Promise<RecordedEvent<EventOf<Events>>[]>;

  /** The aggregate's version by a strong read; 0 if unknown. */
  getVersion(aggregateId: string): Promise<number>;

  /** The receipt of the append that stored this version; `undefined` if there is no such event. */
  getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined>;

  /** Ends subscriptions, finishes what was accepted, and releases the database. Repeated calls do nothing. */
  close(): Promise<void>;
}
