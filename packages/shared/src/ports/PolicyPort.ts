import type { Awaitable } from '../types/awaitable.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { Principal } from '../types/Principal.ts';

export interface PolicyRequest {
  /** `append` and `import` (of history) decide on `events`; `read` decides on `aggregateId`. */
  readonly action: 'append' | 'import' | 'read';
  readonly principal: Principal;
  /** ISO 8601, UTC, milliseconds. */
  readonly now: string;
  /** All events of the append; empty for other actions. */
  readonly events: readonly DomainEvent[];
  /** For `read`. */
  readonly aggregateId?: string;
}

export interface PolicyDenial {
  readonly policy: string;
  readonly message: string;
  readonly eventIndex?: number;
}

export interface PolicyDecision {
  readonly decision: 'allow' | 'deny';
  readonly engine: string;
  /** Digest of the set of policies that decided. */
  readonly revision: string;
  /** Names of the policies that applied. */
  readonly matched: readonly string[];
  /** Why, when denied. */
  readonly denials: readonly PolicyDenial[];
  /** What policies that only observe would have denied. */
  readonly observed?: readonly PolicyDenial[];
}

/** Decides whether a principal may do something. */
export interface PolicyPort {
  /**
   * May answer at once, which is quicker, or later.
   *
   * @throws anything - the engine cannot decide: the append is refused as unavailable
   */
  decide(request: PolicyRequest, options?: { readonly signal?: AbortSignal }): PolicyDecision | Promise<PolicyDecision>;

  /**
   * The text of the set of policies that a revision names, whose digest the revision is. The store keeps it, so that a
   * receipt can be explained after the policies have changed. Default: nothing is kept.
   */
  source?(revision: string): Awaitable<string | undefined>;
}
