import { askPolicy } from '../policy/askPolicy.ts';
import { type Clock, SYSTEM_CLOCK } from '../ports/Clock.ts';
import type { PolicyDecision, PolicyPort } from '../ports/PolicyPort.ts';
import type { SchemaRegistryPort } from '../ports/SchemaRegistryPort.ts';
import { SchemaCatalog } from '../schema/SchemaCatalog.ts';
import { type SchemaVerdict, validateEvents } from '../schema/validateEvents.ts';
import { type Awaitable, andThen } from '../types/awaitable.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { Principal } from '../types/Principal.ts';
import type { SchemaEvidence } from '../types/Receipt.ts';
import type { Violation } from '../types/Violation.ts';

export interface EventJudgeOptions {
  /** Default: none, and no payload is checked. */
  readonly schemaRegistry?: SchemaRegistryPort;
  /** Default: none, and nothing is denied. */
  readonly policy?: PolicyPort;
  /** What to say of an event type or version that the registry does not know. Default: `refuse`. */
  readonly unknownTypes?: 'refuse' | 'allow';
  /** Most ms that the registry or the engine may take for one question. Default: 5,000. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** What the rules say about events. */
export interface Judgement {
  /** What the schemas refuse; the first 100. */
  readonly violations: readonly Violation[];
  /** The schemas that were applied, one for each pair of type and version. */
  readonly schemas: readonly SchemaEvidence[];
  /** Absent where there are no policies. */
  readonly decision?: PolicyDecision;
}

type Verdict = Pick<SchemaVerdict, 'violations' | 'evidence'>;

const TIMEOUT_MS = 5_000;
const NO_SCHEMAS: Verdict = { violations: [], evidence: [] };

/**
 * Says what rules would say about an append, without a store: by the code that a store decides by, but with the answer
 * of the policies even where the schemas refuse already. Stores, logs and audits nothing.
 */
export class EventJudge {
  readonly #options: EventJudgeOptions;
  readonly #catalog: SchemaCatalog | undefined;
  readonly #limits: { readonly clock: Clock; readonly timeoutMs: number };

  constructor(options: EventJudgeOptions) {
    const { schemaRegistry, clock = SYSTEM_CLOCK, timeoutMs = TIMEOUT_MS } = options;
    this.#options = options;
    this.#limits = { clock, timeoutMs };
    this.#catalog = schemaRegistry === undefined ? undefined : new SchemaCatalog(schemaRegistry, this.#limits);
  }

  /**
   * Answers at once where schemas and engine do.
   *
   * @param events - one append's
   * @param by.principal - who appends
   * @param by.now - when the rules decide: ISO 8601, UTC, milliseconds
   * @throws GovernanceUnavailableError - the registry or the engine fails
   */
  judge(
    events: readonly DomainEvent[],
    by: { readonly principal: Principal; readonly now: string },
  ): Awaitable<Judgement> {
    return andThen(this.#checkSchemas(events), ({ violations, evidence }) => {
      const { policy } = this.#options;
      if (policy === undefined) return { violations, schemas: evidence };
      const answer = askPolicy(policy, { action: 'append', ...by, events }, this.#limits);
      return andThen(answer, (decision) => ({ violations, schemas: evidence, decision }));
    });
  }

  #checkSchemas(events: readonly DomainEvent[]): Awaitable<Verdict> {
    if (this.#catalog === undefined) return NO_SCHEMAS;
    return validateEvents(events, this.#catalog, this.#options.unknownTypes ?? 'refuse');
  }
}
