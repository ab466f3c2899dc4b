import type { AuditLogPort } from '../../ports/AuditLogPort.ts';
import type { Clock } from '../../ports/Clock.ts';
import type { HistoryAppend } from '../../ports/EventStoreAdmin.ts';
import type { AppendOptions, StoreCapabilities } from '../../ports/EventStorePort.ts';
import type { LoggerPort } from '../../ports/LoggerPort.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { InvalidArgumentError } from '../../types/errors.ts';
import type { JsonObject } from '../../types/json.ts';
import type { Principal } from '../../types/Principal.ts';
import type { AppendReceipt, ReceiptOrigin } from '../../types/Receipt.ts';
import { isoTime } from '../../types/time.ts';
import { originOf, type Provenance, provenanceOf } from './provenanceOf.ts';

export interface HistoryRunOptions {
  readonly principal: Principal;
  readonly signal: AbortSignal | undefined;
  readonly runId: string;
  readonly capabilities: Pick<StoreCapabilities, 'appendsAcrossAggregates' | 'appendPartsMax'>;
  readonly append: (
    events: readonly RecordedEvent[],
    options: AppendOptions,
    provenance: Provenance,
  ) => Promise<AppendReceipt>;
  /** Logs and audits a refusal that came before the pipeline. */
  readonly recordRefusal: (error: unknown, principal: Principal) => Promise<void>;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
}

const STORE_IDS_MAX = 100;

/** One import of history: who does it and what came of it is in the audit log, and what each append was in its receipt. */
export class HistoryRun {
  readonly #options: HistoryRunOptions;
  readonly #storeIds = new Set<string>();
  readonly #pending = new Set<Promise<unknown>>();
  /** Of events. */
  readonly #counts = { stored: 0, alreadyThere: 0, refused: 0 };
  #appends = 0;
  #hasEnded = false;

  constructor(options: HistoryRunOptions) {
    this.#options = options;
  }

  /** Nothing is stored before the beginning is on record. */
  async around<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#record('begun', {});
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      await this.#end('failed').catch((auditError: unknown) => {
        const message = 'the audit log did not take the record of an import of history that failed';
        this.#options.logger.error({ error: auditError }, message);
      });
      throw error;
    }
    await this.#end('done');
    return result;
  }

  append(history: HistoryAppend): Promise<AppendReceipt> {
    const appending = this.#hasEnded ? Promise.reject(hasEnded()) : this.#append(history);
    this.#pending.add(appending);
    const done = () => this.#pending.delete(appending);
    appending.then(done, done);
    return appending;
  }

  async #append(history: HistoryAppend): Promise<AppendReceipt> {
    const { length } = history.events;
    this.#appends++;
    try {
      const origin = await this.#originOf(history);
      const result = await this.#appendParts(history, origin);
      this.#counts[result.replayed === true ? 'alreadyThere' : 'stored'] += length;
      return result;
    } catch (error) {
      if (error !== this.#options.signal?.reason) this.#counts.refused += length;
      throw error;
    }
  }

  async #originOf(history: HistoryAppend): Promise<ReceiptOrigin> {
    try {
      const origin = originOf(history);
      if (this.#storeIds.size < STORE_IDS_MAX) this.#storeIds.add(origin.storeId);
      return origin;
    } catch (error) {
      await this.#options.recordRefusal(error, this.#options.principal);
      throw error;
    }
  }

  async #appendParts({ events, findRules }: HistoryAppend, origin: ReceiptOrigin): Promise<AppendReceipt> {
    const { principal, signal, append, capabilities } = this.#options;
    const results: AppendReceipt[] = [];
    for (const part of partsOf(events, capabilities)) {
      const outOfOrder = part.some(({ recorded }) => recorded.outOfOrder === true);
      const options = { principal, outOfOrder, ...(signal === undefined ? {} : { signal }) };
      results.push(await append(part, options, provenanceOf(part, origin, findRules)));
    }
    const replayed = results.every((result) => result.replayed === true);
    return { replayed, receipts: results.flatMap(({ receipts }) => receipts) };
  }

  async #end(outcome: 'done' | 'failed'): Promise<void> {
    this.#hasEnded = true;
    await Promise.allSettled(this.#pending);
    const counts = { ...this.#counts, appends: this.#appends };
    await this.#record(outcome, { ...counts, storeIds: [...this.#storeIds] });
  }

  async #record(state: 'begun' | 'done' | 'failed', counts: JsonObject): Promise<void> {
    const { auditLog, clock, principal: actor, runId } = this.#options;
    const details = { run: runId, state, ...counts };
    await auditLog.record({ at: isoTime(clock.now()), action: 'history.imported', actor, details });
  }
}

/** By aggregates, where the store cannot take them all in one append. */
function partsOf(
  events: readonly RecordedEvent[],
  { appendsAcrossAggregates, appendPartsMax }: HistoryRunOptions['capabilities'],
): readonly (readonly RecordedEvent[])[] {
  const shares = [...Map.groupBy(events, ({ aggregateId }) => aggregateId).values()];
  const fits = appendsAcrossAggregates && shares.length <= appendPartsMax;
  return fits ? [events] : shares;
}

function hasEnded(): InvalidArgumentError {
  return new InvalidArgumentError('append', 'belongs to an import of history that has ended; begin another');
}
