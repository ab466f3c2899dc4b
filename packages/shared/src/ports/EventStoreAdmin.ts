import type { Awaitable } from '../types/awaitable.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import type { Principal } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import type { AuditSeal } from './AuditSeal.ts';
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

/** An event with the proof of what let it in. */
export interface HistoryEntry {
  readonly event: RecordedEvent;
  /** The same object for neighbouring events of one append. */
  readonly receipt: Receipt;
}

/** One append as another store took it. */
export interface HistoryAppend {
  /** All events that the receipt covers, with what the other store recorded of them; of each aggregate by version. */
  readonly events: readonly RecordedEvent[];
  readonly receipt: Receipt;
  /** Of the store that gave the receipt. */
  readonly storeId: string;
  /**
   * The texts of the rules that the receipt names by their digests, as {@link EventStoreAdmin.findRules} gives them. They
   * are kept, so that the origin can be explained. Default: none are.
   */
  readonly findRules?: (digest: string) => Awaitable<string | undefined>;
}

/**
 * Stores one append of another store, whole or not at all (by aggregates, where the store takes one in an append), with
 * its receipt as `origin`. Today's schemas are observed and refuse nothing; the policies decide on the action `import`.
 * Events that are stored already store nothing.
 *
 * @throws InvalidEventError - the events are not those that the receipt was made for
 * @throws PolicyDeniedError, and whatever `append` throws but `SchemaValidationError` - nothing stored
 */
export type AppendHistory = (history: HistoryAppend) => Promise<AppendReceipt>;

export interface ImportHistoryOptions extends AdminOptions {
  /** Ends appends before their next try. */
  readonly signal?: AbortSignal;
}

/** What operators do with a store, beside what services do through `EventStorePort`. */
export interface EventStoreAdmin {
  identity(): Promise<StoreIdentity>;

  /** Every event in the order of the feed, as of when the read begins. In bounded memory. */
  exportEvents(options?: { readonly signal?: AbortSignal }): AsyncIterable<RecordedEvent>;

  /** Like {@link exportEvents}, with receipts: one look-up for each append. @throws CorruptStoreError - a receipt is missing */
  exportHistory(options?: { readonly signal?: AbortSignal }): AsyncIterable<HistoryEntry>;

  /**
   * Takes over what other stores hold, with the proof of what let it in: events that were lawful once are not refused by
   * today's rules. The run is in the audit log as `history.imported` when it begins, before anything is stored, and
   * when it ends, with counts.
   *
   * @param work - appends, each aggregate's in the order of its versions; several at a time are welcome
   * @returns what `work` returns
   * @throws GovernanceUnavailableError - the audit log does not take the record of the beginning, and nothing is stored,
   *   or that of the end
   */
  importHistory<Result>(
    work: (append: AppendHistory) => Promise<Result>,
    options?: ImportHistoryOptions,
  ): Promise<Result>;

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

  /** How far each chain of audit lines had come when it was last sealed into this store, by chain. */
  auditSeals(): Promise<readonly AuditSeal[]>;

  /** All durable consumers, by name. */
  consumers(): Promise<ConsumerReport[]>;

  /** The aggregates that a consumer has parked, by id. */
  parkedAggregates(consumer: string): Promise<ParkedAggregate[]>;

  /** Asks the consumer to deliver the parked aggregate again. It does so when it next runs. @throws NotFoundError */
  retryParked(consumer: string, aggregateId: string, options?: AdminOptions): Promise<void>;

  /** Asks the consumer to skip the version that waits and go on behind it. @throws NotFoundError */
  discardParked(consumer: string, aggregateId: string, aggregateVersion: number, options?: AdminOptions): Promise<void>;
}
