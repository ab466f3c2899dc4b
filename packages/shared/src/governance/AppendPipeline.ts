import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { Commit, EventJournal } from '../ports/EventJournal.ts';
import type { AppendOptions } from '../ports/EventStorePort.ts';
import type { Retry } from '../resilience/retry.ts';
import { isPending } from '../types/awaitable.ts';
import {
  AmbiguousCommitError,
  AppendTooLargeError,
  type InvalidEventError,
  isNexusError,
  NotSupportedError,
} from '../types/errors.ts';
import { ANONYMOUS, type Principal } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import { isoTime, isRecent } from '../types/time.ts';
import { type PreparedAppend, prepareAppend } from './envelope.ts';
import type { GovernedMark } from './GovernedMark.ts';
import type { Decision } from './Governor.ts';
import { checkDigests } from './history/checkDigests.ts';
import type { Provenance } from './history/provenanceOf.ts';
import { checkPrincipal } from './parameters.ts';
import { placesOf, summaryOf } from './refusalSummary.ts';
import { type ReplayDependencies, replayOrRefuse } from './replayOrRefuse.ts';
import { activeTraceparent } from './telemetry.ts';

export interface AppendPipelineOptions extends ReplayDependencies {
  readonly governedMark: GovernedMark;
  readonly mode: 'enforce' | 'observe';
  readonly uniqueEventIds: 'append' | 'store';
  readonly retry: Retry;
  readonly auditLog: AuditLogPort;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What is known of an append while it is tried. */
interface Tries {
  decision: Decision;
  /** Set once a try may have been stored. */
  unknown: AmbiguousCommitError | undefined;
  /** Of the receipts that the tries would have stored. */
  readonly receiptIds: Set<string>;
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

  /** @param provenance - of events that another store held before; never what a service says */
  async append(events: unknown, options: AppendOptions, provenance?: Provenance): Promise<AppendReceipt> {
    const principal = options.principal ?? ANONYMOUS;
    let append: PreparedAppend | undefined;
    try {
      checkPrincipal(principal);
      const prepared = this.#prepare(events, provenance);
      const { refusal } = prepared;
      append = prepared.append;
      const governed = this.#options.governedMark.ensure(principal);
      if (isPending(governed)) await governed;
      if (refusal !== undefined) return await replayOrRefuse(append, principal, refusal, this.#options);
      return await this.#decideAndStore(append, principal, options);
    } catch (error) {
      if (error !== options.signal?.reason) await this.recordRefusal(error, principal, append);
      throw error;
    }
  }

  /** A clock that was mended may have been ahead when these very events were stored: that refusal is not final. */
  #prepare(
    events: unknown,
    provenance: Provenance | undefined,
  ): { readonly append: PreparedAppend; readonly refusal?: InvalidEventError } {
    const { journal, clock } = this.#options;
    const prepareAt = (now: number) => {
      const append = prepareAppend(events, now, journal.capabilities);
      refuseUnsupported(append, journal);
      if (provenance === undefined) return append;
      checkDigests(append, provenance.digests);
      return { ...append, provenance };
    };
    try {
      return { append: prepareAt(clock.now()) };
    } catch (error) {
      if (!isAboutTheFuture(error)) throw error;
      return { append: prepareAt(Number.POSITIVE_INFINITY), refusal: error };
    }
  }

  async #decideAndStore(append: PreparedAppend, principal: Principal, options: AppendOptions): Promise<AppendReceipt> {
    let decision: Decision;
    try {
      const decided = this.#options.governor.decide(append, principal);
      decision = isPending(decided) ? await decided : decided;
    } catch (refusal) {
      return replayOrRefuse(append, principal, refusal, this.#options);
    }
    options.signal?.throwIfAborted();
    return this.#store(append, decision, principal, options);
  }

  /** Tries the same bytes again after a transient fault; a decision that has grown old is made anew first. */
  async #store(
    append: PreparedAppend,
    decision: Decision,
    principal: Principal,
    options: AppendOptions,
  ): Promise<AppendReceipt> {
    const tries: Tries = { decision, unknown: undefined, receiptIds: new Set() };
    try {
      return await this.#options.retry(() => this.#try(append, principal, options, tries));
    } catch (error) {
      if (options.signal?.aborted && tries.unknown !== undefined) throw tries.unknown;
      throw error;
    }
  }

  async #try(
    append: PreparedAppend,
    principal: Principal,
    options: AppendOptions,
    tries: Tries,
  ): Promise<AppendReceipt> {
    options.signal?.throwIfAborted();
    if (this.#isOld(tries.decision)) tries.decision = await this.#decideAgain(append, principal, tries.unknown);
    const commit = this.#commitOf(append, tries.decision, principal, options);
    tries.receiptIds.add(commit.receipt.receiptId);
    try {
      return withoutOwnTries(await this.#options.journal.append(commit), tries);
    } catch (error) {
      if (isNexusError(error, 'AMBIGUOUS_COMMIT')) tries.unknown = error as AmbiguousCommitError;
      throw isNexusError(error, 'STORE_UNAVAILABLE') ? (tries.unknown ?? error) : error;
    }
  }

  #isOld({ decidedAt }: Decision): boolean {
    return !isRecent(decidedAt, this.#options.clock.now(), DECISION_MS_MAX + 1);
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
    const { provenance } = append;
    return {
      receiptId: this.#options.newId(),
      digest: append.digest,
      shares: append.shares,
      actor: { id: principal.id, roles: [...principal.roles], client: principal.client },
      decidedAt: isoTime(decision.decidedAt),
      mode: provenance === undefined ? this.#options.mode : 'history',
      schemas: decision.schemas,
      policy: decision.policy,
      ...(provenance === undefined ? {} : { origin: provenance.origin }),
    };
  }

  /** Logs a refusal, and audits it as well as the audit log lets it. */
  async recordRefusal(error: unknown, actor: Principal, append?: PreparedAppend): Promise<void> {
    const { auditLog, logger, clock } = this.#options;
    // Ids that break the envelope's rules are none to put on record.
    const details = { ...summaryOf(error), ...(append === undefined ? {} : placesOf(append)) };
    logger.warn({ ...details, actor: actor.id }, 'append refused');
    if (!isNexusError(error)) logger.error({ error }, 'an append failed unexpectedly');
    try {
      await auditLog.record({ at: isoTime(clock.now()), action: 'append.refused', actor, details });
    } catch (auditError) {
      logger.error({ error: auditError }, 'the audit log did not take the record of a refused append');
    }
  }
}

/** A repeat of this very call's own try, whose reply was lost, is no repeat. */
function withoutOwnTries(result: AppendReceipt, { receiptIds }: Tries): AppendReceipt {
  const isOwn = result.replayed === true && result.receipts.every(({ receiptId }) => receiptIds.has(receiptId));
  return isOwn ? { ...result, replayed: false } : result;
}

function isAboutTheFuture(error: unknown): error is InvalidEventError {
  const { violations } = error as Partial<InvalidEventError>;
  return isNexusError(error, 'INVALID_EVENT') && violations?.every(({ keyword }) => keyword === 'future') === true;
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
