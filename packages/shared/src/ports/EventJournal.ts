import type { DomainEvent, RecordedEvent } from '../types/DomainEvent.ts';
import type { AggregateShare, Receipt } from '../types/Receipt.ts';
import type { StoreCapabilities } from './EventStorePort.ts';
import type { RecordStore } from './RecordStore.ts';

/**
 * An event that has passed the pipeline, with the texts that a journal stores as they are. It comes back with what
 * `readJson` makes of them (`JSON.parse` may take one escaped key for another), and with `recorded`: `digest` and
 * `schemaVersion` of its own, `recordedAt`, `traceparent` and `outOfOrder` of its commit; none that is undefined.
 */
export interface CommitEvent {
  /** A deep copy of the pipeline's own: nobody else can change it. */
  readonly event: DomainEvent;
  /** `payload` as JSON, keys in the client's order. */
  readonly payloadText: string;
  /** `metadata` as JSON, keys in the client's order. */
  readonly metadataText: string;
  /** `1:` and 64 hex digits. */
  readonly digest: string;
  readonly schemaVersion?: string;
}

/** One append, decided and ready to be stored. */
export interface Commit {
  /** In the order of the append. The versions of each aggregate ascend without gaps. */
  readonly events: readonly CommitEvent[];
  /** One for each aggregate, in the order of first appearance. */
  readonly shares: readonly AggregateShare[];
  readonly receipt: Receipt;
  /** ISO 8601, UTC, milliseconds. */
  readonly recordedAt: string;
  readonly traceparent?: string;
  readonly outOfOrder?: true;
  /** Refuse an event id that the store already holds, after `judgeAppend`. Only where `eventIdIndex` is true. */
  readonly uniqueEventIds?: true;
  /** Bytes of canonical JSON, all events together. */
  readonly bytes: number;
}

export interface JournalAppendResult {
  readonly replayed: boolean | 'unknown';
  /** The stored receipts that cover the commit's events, in their order, each once. */
  readonly receipts: readonly Receipt[];
}

/** What of {@link StoreCapabilities} is the journal's; the rest is the pipeline's. */
export type JournalCapabilities = Omit<StoreCapabilities, 'schemaValidation' | 'policyEnforcement'>;

export interface AggregateRange {
  readonly fromVersion: number;
  /** Inclusive. `undefined`: the aggregate's version when the read begins. */
  readonly toVersion?: number | undefined;
  readonly direction: 'forward' | 'backward';
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A place in the order (timestamp, aggregateId by UTF-8 bytes, version). */
export interface TimeKey {
  readonly timestamp: string;
  readonly aggregateId: string;
  readonly aggregateVersion: number;
}

export interface TimeRange {
  readonly eventType: string;
  /** Inclusive. */
  readonly startTime: string;
  /** Inclusive. */
  readonly endTime: string;
  /** Exclusive lower bound from an earlier page. */
  readonly after?: TimeKey | undefined;
  /** What the first page returned as `snapshot`: later commits are left out, so that pages are consistent. */
  readonly snapshot?: string | undefined;
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TimePage {
  /** Fewer than `limit` when they grow large: a page need not hold more than about 16 MiB. */
  readonly events: readonly RecordedEvent[];
  /** Whether the range holds more behind these, of which there is then at least one: the next page begins behind it. */
  readonly more: boolean;
  /** Every match before this time has been looked at: the last event's timestamp while there is more, else `endTime`. */
  readonly scannedThrough: string;
  /** Up to when the index is known to be complete: `endTime`, where it is written in the same transaction. */
  readonly settledThrough: string;
  /** For the following pages of the same query. Opaque. */
  readonly snapshot?: string;
}

export interface FeedEntry {
  readonly event: RecordedEvent;
  /** Opaque to all but the journal. */
  readonly position: string;
}

export interface FeedRange {
  /** Exclusive. `undefined`: from the first event. */
  readonly after?: string | undefined;
  /** True: wait for new events at the end. False: end there, as it was when the read began. */
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Names the store and its history, and is kept with them. The first epoch is 1; a restored backup has a later one. */
export interface StoreIdentity {
  readonly storeId: string;
  readonly epoch: number;
}

/** Something that a journal found wrong with its own storage. */
export interface IntegrityFinding {
  readonly where: string;
  readonly found: string;
}

/**
 * What an adapter implements: one database, without any rule of governance. `GovernedEventStore` makes the port of it.
 *
 * The pipeline has checked everything about a commit that can be known without the database. A journal's errors are
 * `NexusError`s, made of its driver's in one place. Arguments are valid when they arrive. Methods may be called while
 * others are under way. Events and receipts that are returned are the caller's to change.
 */
export interface EventJournal {
  /** Short name for logs and spans, such as `sqlite`. */
  readonly name: string;
  readonly capabilities: JournalCapabilities;

  /**
   * Stores the commit, its receipt and its digests in one atomic write, by the rules that `judgeAppend` states.
   * Resolves only when the commit is durable.
   *
   * @throws ConcurrencyError, VersionGapError, IdempotencyMismatchError, DuplicateEventIdError - nothing stored
   * @throws StoreUnavailableError - nothing stored, may be tried again
   * @throws AmbiguousCommitError - unknown
   */
  append(commit: Commit): Promise<JournalAppendResult>;

  /** By a strong read; 0 if unknown. */
  getVersion(aggregateId: string): Promise<number>;

  /**
   * Pages of events in the asked direction. Holds no lock, statement or transaction between two pages. An aborted signal
   * makes it throw the signal's reason, as it does `scan`.
   */
  readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]>;

  getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined>;

  /** The oldest `limit` events of a type within a time range. */
  queryByTime(range: TimeRange): Promise<TimePage>;

  /** Every event with this id, in the order of the feed. Called only where `eventIdIndex` is true. */
  findByEventId(eventId: string): Promise<readonly RecordedEvent[]>;

  /** Every event: aggregates by the UTF-8 bytes of their ids, each by version. As of when the scan began. */
  scan(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * The change feed, in pages. Of each aggregate, every version in order; nothing is ever inserted before a position
   * that was handed out. While it follows, an empty page says that the end is reached, each time before it waits there.
   * An aborted signal ends it without an error.
   */
  readFeed(range: FeedRange): AsyncIterable<readonly FeedEntry[]>;

  /** The last entry of the feed; `undefined` while the store is empty. */
  feedHead(): Promise<{ readonly position: string; readonly digest: string } | undefined>;

  /** Digest of the event at a position of the feed; `undefined` if there is none. The position may be any text. */
  feedDigestAt(position: string): Promise<string | undefined>;

  identity(): Promise<StoreIdentity>;

  /** Small records beside the events, for marks, claims and checkpoints. */
  readonly records: RecordStore;

  /** Checks the storage itself (pages, indexes). The events' own digests are checked by the caller. */
  checkIntegrity(): Promise<readonly IntegrityFinding[]>;

  /**
   * Finishes what was accepted. Repeated calls do nothing. The pipeline calls it when its appends and subscriptions have
   * ended, and begins nothing afterwards.
   */
  close(): Promise<void>;
}
