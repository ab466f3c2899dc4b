import type { RecordedEvent } from '../types/DomainEvent.ts';
import type { Principal } from '../types/Principal.ts';
import type { StoreIdentity } from './EventJournal.ts';
import type { ParkedAggregate } from './Subscription.ts';

/** Something that `verify` found. `error` contradicts a guarantee; `note` is lawful and worth knowing. */
export interface VerifyFinding {
  readonly severity: 'error' | 'note';
  readonly rule: 'storage' | 'digest' | 'version-gap' | 'receipt-missing' | 'receipt-mismatch' | 'timestamp-steps-back';
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  readonly message: string;
}

export interface VerifyReport {
  /** No finding is an error. */
  readonly clean: boolean;
  readonly events: number;
  readonly aggregates: number;
  /**
   * SHA-256 over the aggregates in the byte order of their ids, each its events' digests by version; `1:` and 64 hex
   * digits. Equal content has equal digests on every store.
   */
  readonly contentDigest: string;
  /** The first 1,000 findings. */
  readonly findings: readonly VerifyFinding[];
  readonly findingsTotal: number;
}

/** A durable consumer's state, as the store holds it. */
export interface ConsumerReport {
  readonly consumer: string;
  /** Absent before the first event was handled. */
  readonly checkpoint?: string;
  /** ISO 8601, UTC. Absent while nobody owns the consumer. */
  readonly claimedUntil?: string;
  readonly parkedAggregates: number;
}

export interface AdminOptions {
  /** Who acts, for the audit record. Default: anonymous. */
  readonly principal?: Principal;
}

/** What operators do with a store, beside what services do through `EventStorePort`. */
export interface EventStoreAdmin {
  identity(): Promise<StoreIdentity>;

  /** Every event in the order of the feed, as of when the read begins. In bounded memory. */
  exportEvents(options?: { readonly signal?: AbortSignal }): AsyncIterable<RecordedEvent>;

  /**
   * Reads everything, recomputes every digest, and compares with what the store says of itself. In bounded memory.
   *
   * @param options.onProgress - called with the number of events checked, about once for each page
   */
  verify(options?: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (events: number) => void;
  }): Promise<VerifyReport>;

  /**
   * The rules that a receipt names by their digest, as the store has kept them: the canonical JSON of a schema, or the
   * text of a set of policies. `undefined` where there are none: the engine gives no text, or the event is older.
   */
  findRules(digest: string): Promise<string | undefined>;

  /** All durable consumers, by name. */
  consumers(): Promise<ConsumerReport[]>;

  /** The aggregates that a consumer has parked, by id. */
  parkedAggregates(consumer: string): Promise<ParkedAggregate[]>;

  /** Asks the consumer to deliver the parked aggregate again. It does so when it next runs. @throws NotFoundError */
  retryParked(consumer: string, aggregateId: string, options?: AdminOptions): Promise<void>;

  /** Asks the consumer to skip the version that waits and go on behind it. @throws NotFoundError */
  discardParked(consumer: string, aggregateId: string, aggregateVersion: number, options?: AdminOptions): Promise<void>;
}
