import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { Commit, EventJournal } from '../ports/EventJournal.ts';
import type { AppendOptions } from '../ports/EventStorePort.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import type { Retry } from '../resilience/retry.ts';
import { type Awaitable, isPending } from '../types/awaitable.ts';
import { AmbiguousCommitError, AppendTooLargeError, isNexusError, NotSupportedError } from '../types/errors.ts';
import { ANONYMOUS, type Principal } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import { isoTime } from '../types/time.ts';
import { type PreparedAppend, prepareAppend } from './envelope.ts';
import type { Decision, Governor } from './Governor.ts';
import { checkPrincipal } from './parameters.ts';
import { findStoredReceipts } from './storedReceipts.ts';
import { activeTraceparent } from './telemetry.ts';

export interface AppendPipelineOptions {
  readonly journal: EventJournal;
  readonly governor: Governor;
  /** Settles once the store is known to be written under the rules that it was written under before. */
  readonly ensureGoverned: (principal: Principal) => Awaitable<void>;
  readonly mode: 'enforce' | 'observe';
  readonly uniqueEventIds: 'append' | 'store';
  readonly retry: Retry;
  /** Look-ups of refused appends, by principal. */
  readonly replayBudget: RateLimiterPort;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A decision older than this is made again before the store is tried again. */
const DECISION_MS_MAX = 30_000;

/**
 * The one way into a store: envelope check, schema validation, policy decision, retried conditional write, receipt.
 * Any refusal is typed, logged and audited, and has stored nothing.
 */
export class AppendPipeline {
  readonly #options: AppendPipelineOptions;

  constructor(options: AppendPipelineOptions) {
    this.#options = options;
  }

  async append(events: unknown, options: AppendOptions): Promise<AppendReceipt> {
    const principal = options.principal ?? ANONYMOUS;
    try {
      checkPrincipal(principal);
      const append = this.#prepare(events);
      const governed = this.#options.ensureGoverned(principal);
      if (isPending(governed)) await governed;
      return await this.#decideAndStore(append, principal, options);
    } catch (error) {
      if (error !== options.signal?.reason) await this.#recordRefusal(error, principal);
      throw error;
    }
  }

  #prepare(events: unknown): PreparedAppend {
    const { journal, clock } = this.#options;
    const append = prepareAppend(events, clock.now(), journal.capabilities);
    refuseUnsupported(append, journal);
    return append;
  }

  async #decideAndStore(append: PreparedAppend, principal: Principal, options: AppendOptions): Promise<AppendReceipt> {
    let decision: Decision;
    try {
      const decided = this.#options.governor.decide(append, principal);
      decision = isPending(decided) ? await decided : decided;
    } catch (refusal) {
      return this.#replayOrRefuse(append, principal, refusal);
    }
    options.signal?.throwIfAborted();
    return this.#store(append, decision, principal, options);
  }

  /** Tries the same bytes again after a transient fault; a decision that has grown old is made anew first. */
  async #store(
    append: PreparedAppend,
    first: Decision,
    principal: Principal,
    options: AppendOptions,
  ): Promise<AppendReceipt> {
    const { journal, retry } = this.#options;
    let decision = first;
    let unknown: AmbiguousCommitError | undefined;
    const store = async () => {
      if (this.#isOld(decision)) decision = await this.#decideAgain(append, principal, unknown);
      try {
        return await journal.append(this.#commitOf(append, decision, principal, options));
      } catch (error) {
        if (isNexusError(error, 'AMBIGUOUS_COMMIT')) unknown = error as AmbiguousCommitError;
        throw isNexusError(error, 'STORE_UNAVAILABLE') && unknown !== undefined ? unknown : error;
      }
    };
    try {
      return await retry(store, options.signal);
    } catch (error) {
      if (options.signal?.aborted && unknown !== undefined) throw unknown;
      throw error;
    }
  }

  #isOld({ decidedAt }: Decision): boolean {
    return this.#options.clock.now() - decidedAt > DECISION_MS_MAX;
  }

  /** While an earlier try may have been stored, a refusal by today's rules is not the whole truth. */
  async #decideAgain(
    append: PreparedAppend,
    principal: Principal,
    unknown: AmbiguousCommitError | undefined,
  ): Promise<Decision> {
    try {
      return await this.#options.governor.decide(append, principal);
    } catch (refusal) {
      if (unknown === undefined) throw refusal;
      const message =
        'An earlier try may have been stored, and the rules refuse the append now; send the same append again';
      throw new AmbiguousCommitError(message, unknown.details, { cause: refusal });
    }
  }

  #commitOf(append: PreparedAppend, decision: Decision, principal: Principal, options: AppendOptions): Commit {
    const { clock, uniqueEventIds } = this.#options;
    const traceparent = activeTraceparent();
    return {
      events: append.events.map((prepared, index) => withSchemaVersion(prepared, decision.schemaVersions[index])),
      shares: append.shares,
      receipt: this.#receiptOf(append, decision, principal),
      recordedAt: isoTime(clock.now()),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(options.outOfOrder === true ? { outOfOrder: true } : {}),
      ...(uniqueEventIds === 'store' ? { uniqueEventIds: true } : {}),
      bytes: append.bytes,
    };
  }

  #receiptOf(append: PreparedAppend, decision: Decision, principal: Principal): Receipt {
    return {
      receiptId: this.#options.newId(),
      digest: append.digest,
      shares: append.shares,
      actor: { id: principal.id, roles: [...principal.roles], client: principal.client },
      decidedAt: isoTime(decision.decidedAt),
      mode: this.#options.mode,
      schemas: decision.schemas,
      policy: decision.policy,
    };
  }

  /**
   * Rules may have changed since an append was stored: before a refusal is final, the store is asked whether these
   * very events are there. Only who wrote them, or may read them, is told.
   */
  async #replayOrRefuse(append: PreparedAppend, principal: Principal, refusal: unknown): Promise<AppendReceipt> {
    const { journal, governor, replayBudget, logger } = this.#options;
    try {
      if (!(await replayBudget.admit(principal.id)).admitted) throw replayUnknown(refusal);
      const receipts = await findStoredReceipts(append, journal);
      if (receipts === undefined) throw refusal;
      const isOwn = receipts.every(({ actor }) => actor.id === principal.id);
      if (!isOwn && !(await mayReadAll(append, principal, governor))) throw refusal;
      return { replayed: true, receipts };
    } catch (error) {
      if (error === refusal) throw refusal;
      logger.warn({ error }, 'could not ask the store whether a refused append was stored before');
      throw replayUnknown(refusal);
    }
  }

  async #recordRefusal(error: unknown, actor: Principal): Promise<void> {
    const { auditLog, logger, clock } = this.#options;
    const { code, message } = isNexusError(error) ? error : { code: 'UNEXPECTED', message: String(error) };
    logger.warn({ code, actor: actor.id, error }, `append refused: ${message}`);
    try {
      await auditLog.record({ at: isoTime(clock.now()), action: 'append.refused', actor, details: { code, message } });
    } catch (auditError) {
      logger.error({ error: auditError }, 'the audit log did not take the record of a refused append');
    }
  }
}

function refuseUnsupported(append: PreparedAppend, { capabilities, name }: EventJournal): void {
  const parts = append.shares.length;
  if (parts > 1 && !capabilities.appendsAcrossAggregates) {
    const message = `The ${name} store takes one aggregate in an append, and this one has ${parts}; append each by itself`;
    throw new NotSupportedError(message, { capability: 'appendsAcrossAggregates' });
  }
  if (parts <= capabilities.appendPartsMax) return;
  const message = `The append touches ${parts} aggregates; this store takes ${capabilities.appendPartsMax}. Split it`;
  throw new AppendTooLargeError(message, { actual: parts, max: capabilities.appendPartsMax, unit: 'parts' });
}

function withSchemaVersion(prepared: PreparedAppend['events'][number], schemaVersion: string | undefined) {
  return schemaVersion === undefined ? prepared : { ...prepared, schemaVersion };
}

function replayUnknown(refusal: unknown): unknown {
  if (isNexusError(refusal)) refusal.replayUnknown = true;
  return refusal;
}

async function mayReadAll({ shares }: PreparedAppend, principal: Principal, governor: Governor): Promise<boolean> {
  for (const { aggregateId } of shares) {
    if (!(await governor.mayRead(principal, aggregateId))) return false;
  }
  return true;
}
