import { askPolicy } from '../policy/askPolicy.ts';
import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { PolicyDecision, PolicyPort } from '../ports/PolicyPort.ts';
import { withTimeout } from '../resilience/withTimeout.ts';
import type { SchemaCatalog } from '../schema/SchemaCatalog.ts';
import { type SchemaVerdict, validateEvents } from '../schema/validateEvents.ts';
import { type Awaitable, andThen } from '../types/awaitable.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { GovernanceUnavailableError, PolicyDeniedError, SchemaValidationError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import type { PolicyEvidence, SchemaEvidence } from '../types/Receipt.ts';
import { isoTime } from '../types/time.ts';
import type { PreparedAppend } from './envelope.ts';
import { keepOriginRules } from './history/keepOriginRules.ts';
import type { RulesArchive } from './RulesArchive.ts';
import { placesOf, summaryOf } from './refusalSummary.ts';

/** What let an append in. */
export interface Decision {
  /** ms since 1970. */
  readonly decidedAt: number;
  readonly schemas: readonly SchemaEvidence[];
  /** By event index. */
  readonly schemaVersions: readonly (string | undefined)[];
  readonly policy: PolicyEvidence | null;
}

export interface GovernorOptions {
  readonly catalog: SchemaCatalog | undefined;
  readonly policy: PolicyPort | undefined;
  readonly unknownTypes: 'refuse' | 'allow';
  readonly mode: 'enforce' | 'observe';
  readonly timeoutMs: number;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
  readonly archive: RulesArchive;
}

const NO_SCHEMAS: SchemaVerdict = { violations: [], evidence: [], versions: [], entries: [] };

/** Decides on appends: first the schemas, then the policies, each over the whole append. Fails closed. */
export class Governor {
  readonly #options: GovernorOptions;

  constructor(options: GovernorOptions) {
    this.#options = options;
  }

  /**
   * Answers at once where schemas and engine do, so that the append reaches the store in the same turn.
   *
   * @throws SchemaValidationError, PolicyDeniedError, GovernanceUnavailableError
   */
  decide(append: PreparedAppend, principal: Principal): Awaitable<Decision> {
    const decidedAt = this.#options.clock.now();
    return andThen(this.#checkSchemas(append), (schemas) => {
      const refusals: Error[] = invalid(append, schemas);
      const { mode } = this.#options;
      // What was lawful once is not refused by the schemas of today.
      if (refusals.length > 0 && mode === 'enforce' && append.provenance === undefined) throw refusals[0];
      return andThen(this.#askPolicy(append, principal, decidedAt), (decision) => {
        const denials = denied(decision, actionOf(append));
        if (denials.length > 0 && mode === 'enforce') throw denials[0];
        refusals.push(...denials);
        const policy = decision === undefined ? null : evidenceOf(decision);
        const made = { decidedAt, schemas: schemas.evidence, schemaVersions: versionsOf(append, schemas), policy };
        const observed = refusals.length === 0 ? undefined : this.#observe(refusals, append, principal, decidedAt);
        return andThen(observed, () => andThen(this.#keepRules(append, schemas, decision), () => made));
      });
    });
  }

  /** Whether the principal may read the aggregate. Without policies everybody may. */
  async mayRead(principal: Principal, aggregateId: string): Promise<boolean> {
    const { policy, clock } = this.#options;
    if (policy === undefined) return true;
    const request = { action: 'read', principal, now: isoTime(clock.now()), events: [], aggregateId } as const;
    const { decision } = await askPolicy(policy, request, this.#options);
    return decision === 'allow';
  }

  #checkSchemas(append: PreparedAppend): Awaitable<SchemaVerdict> {
    const { catalog, unknownTypes } = this.#options;
    if (catalog === undefined) return NO_SCHEMAS;
    return validateEvents(eventsToCheck(append), catalog, unknownTypes);
  }

  #askPolicy(append: PreparedAppend, principal: Principal, now: number): Awaitable<PolicyDecision | undefined> {
    const { policy } = this.#options;
    if (policy === undefined) return undefined;
    const events = append.events.map(({ event }) => event);
    return askPolicy(policy, { action: actionOf(append), principal, now: isoTime(now), events }, this.#options);
  }

  /** What a receipt names must be found as long as the receipt. */
  #keepRules(
    { provenance }: PreparedAppend,
    { entries }: SchemaVerdict,
    decision: PolicyDecision | undefined,
  ): Awaitable<void> {
    const { archive } = this.#options;
    return andThen(archive.keepSchemas(entries), () =>
      andThen(this.#keepPolicies(decision), () => provenance && keepOriginRules(provenance, archive)),
    );
  }

  #keepPolicies(decision: PolicyDecision | undefined): Awaitable<void> {
    if (decision === undefined) return undefined;
    return this.#options.archive.keepPolicies(decision.revision, this.#sourceOf);
  }

  /** An engine that cannot give the text of its rules leaves what it allowed unproven. */
  readonly #sourceOf = async (revision: string): Promise<string | undefined> => {
    const { policy, timeoutMs, clock } = this.#options;
    const late = () => textUnavailable(`no answer within ${timeoutMs} ms`);
    try {
      return (await withTimeout(async () => policy?.source?.(revision), timeoutMs, clock, late)) ?? undefined;
    } catch (error) {
      if (error instanceof GovernanceUnavailableError) throw error;
      throw textUnavailable(error instanceof Error ? error.message : String(error), error);
    }
  };

  /** What is observed is logged and audited, and the append goes on. */
  async #observe(refusals: readonly Error[], append: PreparedAppend, actor: Principal, now: number): Promise<void> {
    const { auditLog, logger } = this.#options;
    const details = { refusals: refusals.map(summaryOf), ...placesOf(append) };
    logger.warn(details, 'observed: enforcement would have refused this append');
    await auditLog.record({ at: isoTime(now), action: 'append.observed', actor, details });
  }
}

function invalid(append: PreparedAppend, { violations }: SchemaVerdict): SchemaValidationError[] {
  const index = violations[0]?.eventIndex;
  const event = index === undefined ? undefined : append.events[index]?.event;
  return event === undefined ? [] : [new SchemaValidationError(event, violations)];
}

function textUnavailable(reason: string, cause?: unknown): GovernanceUnavailableError {
  const message = `The policy engine could not give the text of its policies: ${reason}. Nothing was stored; try again`;
  return new GovernanceUnavailableError(message, { part: 'policy-engine', reason }, { cause });
}

function actionOf({ provenance }: PreparedAppend): 'append' | 'import' {
  return provenance === undefined ? 'append' : 'import';
}

/** History is checked by the versions that it was checked by at first. */
function eventsToCheck({ events, provenance }: PreparedAppend): DomainEvent[] {
  return events.map(({ event }, index) => {
    const schemaVersion = provenance?.schemaVersions[index];
    return schemaVersion === undefined ? event : { ...event, metadata: { ...event.metadata, schemaVersion } };
  });
}

function versionsOf({ events, provenance }: PreparedAppend, { versions }: SchemaVerdict): Decision['schemaVersions'] {
  if (provenance === undefined) return versions;
  return events.map((_, index) => provenance.schemaVersions[index] ?? versions[index]);
}

function denied(decision: PolicyDecision | undefined, action: 'append' | 'import'): PolicyDeniedError[] {
  if (decision === undefined || decision.decision === 'allow') return [];
  const { revision, denials } = decision;
  const why = denials.map(({ policy, message }) => `${policy}: ${message}`).join('; ');
  return [new PolicyDeniedError(`The ${action} is denied by policy. ${why}`, { action, revision, denials })];
}

function evidenceOf({ engine, revision, decision, matched, observed }: PolicyDecision): PolicyEvidence {
  const base = { engine, revision, matched, decision: decision === 'allow' ? 'allow' : 'deny-observed' } as const;
  return observed === undefined
    ? base
    : { ...base, observed: observed.map(({ policy, message }) => ({ policy, message })) };
}
