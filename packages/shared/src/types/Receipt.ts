import type { Principal } from './Principal.ts';

/** The events of one aggregate within one append. Both versions are inclusive. */
export interface AggregateShare {
  readonly aggregateId: string;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** The schema that admitted the events of one type within an append. */
export interface SchemaEvidence {
  readonly eventType: string;
  /** `unknown-allowed`: the registry does not know the type, and the store was told to allow that. */
  readonly outcome: 'valid' | 'unknown-allowed' | 'invalid-observed';
  /** The schema's version, and the digest of its canonical JSON. Absent when unknown. */
  readonly version?: string;
  readonly digest?: string;
}

/** The decision of a policy engine on an append. */
export interface PolicyEvidence {
  readonly engine: string;
  /** Digest of the set of policies that decided. */
  readonly revision: string;
  readonly decision: 'allow' | 'deny-observed';
  /** Names of the policies that applied. Empty: none did, and the append was allowed for that reason. */
  readonly matched: readonly string[];
  /** What policies that only observe would have said. */
  readonly observed?: readonly { readonly policy: string; readonly message: string }[];
}

/**
 * The proof, stored in the same atomic write as the events, of which rules let an append in.
 */
export interface Receipt {
  /** Unique for each decision that was stored. */
  readonly receiptId: string;
  /** SHA-256 over the digests of the append's events, as `1:` and 64 hex digits. */
  readonly digest: string;
  readonly shares: readonly AggregateShare[];
  /** Who appended. */
  readonly actor: Principal;
  /** When the rules decided: ISO 8601, UTC, milliseconds. */
  readonly decidedAt: string;
  /**
   * `enforce`: the rules could refuse. `observe`: they could only say what they would refuse. `history`: the append was
   * taken over from another store; today's schemas were observed, and the policies decided on the import alone.
   */
  readonly mode: 'enforce' | 'observe' | 'history';
  /** Empty when the store has no registry. */
  readonly schemas: readonly SchemaEvidence[];
  /** `null` when the store has no policies. */
  readonly policy: PolicyEvidence | null;
  /** What let the events in at first. Only where `mode` is `history`. */
  readonly origin?: ReceiptOrigin;
}

/** Where events were stored first, and by which rules. It stays the same however often history is moved on. */
export interface ReceiptOrigin {
  /**
   * The first store's receipt, whole. Ids and versions are kept, so that its digest can be recomputed from any store that
   * has all its shares; where a store takes one aggregate in an append, it covers more than the receipt it is in.
   */
  readonly receipt: Receipt;
  /** Of the first store. */
  readonly storeId: string;
}

/** What `append` returns. */
export interface AppendReceipt {
  /**
   * True when these very events had been stored before, and this call stored nothing.
   * `'unknown'` where the store was told not to find out.
   */
  readonly replayed: boolean | 'unknown';
  /**
   * The stored receipts that cover the events, in the order of the events: one for a new append, perhaps several for a
   * repeat that groups its events differently. Empty when `replayed` is `'unknown'`.
   */
  readonly receipts: readonly Receipt[];
}
