interface Timed {
  /** Place of the call on the history's logical clock. */
  readonly invokedAt: number;
  /** Place of the answer on the same clock, after `invokedAt`. */
  readonly respondedAt: number;
  readonly aggregateId: string;
}

/**
 * The share of one append in one aggregate. The same event id at the same version stands for the same content:
 * appends of changed content have no place in a history.
 */
export interface AppendOperation extends Timed {
  readonly call: 'append';
  readonly fromVersion: number;
  readonly eventIds: readonly string[];
  /**
   * - `stored`: this call stored the events;
   * - `replayed`: they had been stored before;
   * - `conflict`, `gap`: refused, with the aggregate's version in `actualVersion` where the refusal named it;
   * - `ambiguous`: the events are stored once, at any time after the call, or never.
   */
  readonly outcome: 'stored' | 'replayed' | 'conflict' | 'gap' | 'ambiguous';
  readonly actualVersion?: number;
}

/** A read of events, in the order of their versions. */
export interface ReadOperation extends Timed {
  readonly call: 'read';
  /** Inclusive. */
  readonly fromVersion: number;
  /** Inclusive. Default: to the end. */
  readonly toVersion?: number;
  readonly eventIds: readonly string[];
}

/** A strong read of the version. */
export interface VersionOperation extends Timed {
  readonly call: 'version';
  readonly version: number;
}

/** What one client saw. Operations that were refused otherwise, and so stored nothing, are left out. */
export type Operation = AppendOperation | ReadOperation | VersionOperation;

/** The operations of several clients on one logical clock, in any order. */
export type History = readonly Operation[];
