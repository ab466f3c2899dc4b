import {
  type AppendHistory,
  AppendTooLargeError,
  type EventStoreAdmin,
  isNexusError,
  type StoreCapabilities,
} from '@nexus/shared';
import { RowError } from '../../errors.ts';
import { type ImportCounts, totalOf } from '../ImportCounts.ts';
import type { ImportOptions, ImportReport } from '../importRows.ts';
import { HistoryStaging, type StagedAppend } from './HistoryStaging.ts';
import type { HistoryLine } from './historyLine.ts';
import type { HistoryRow } from './historyRows.ts';
import { WholeHistory } from './WholeHistory.ts';

export interface HistoryImportOptions extends Omit<ImportOptions, 'rows' | 'store'> {
  readonly rows: AsyncIterable<HistoryRow>;
  /** Where the rows come from, for errors. */
  readonly source: string;
  readonly store: EventStoreAdmin & { readonly capabilities: StoreCapabilities };
}

/** Appends that wait for the store at a time: enough for it to commit them in groups. */
const IN_FLIGHT_MAX = 64;
/** Of lines, after which no further append is read. */
const IN_FLIGHT_BYTES_MAX = 32 * 1024 * 1024;
/** A line is the event's JSON and what was recorded of it. */
const RECORDED_BYTES_MAX = 1_024;

/**
 * Takes history over, append by append as the first store took it, each with its receipt. Nothing is stored before the
 * input was read to its end. An append whose events do not fit its receipt goes to the rejects, whole.
 *
 * @throws InputError - the input cannot be read; nothing is stored
 * @throws PolicyDeniedError - a policy denies the import; it ends there
 * @throws NexusError - the store stops the import; what is stored stays, and the same import goes on there
 */
export async function importHistory(options: HistoryImportOptions): Promise<ImportReport> {
  const staging = new HistoryStaging();
  try {
    const waiting = await stageRows(staging, options);
    const total = totalOf(options.counts) + waiting;
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    await options.store.importHistory(
      (append) => new HistoryImport(staging, options, append, total).run(signal, failed),
      { principal: options.principal, signal },
    );
    return { ...options.counts, aggregates: staging.countAggregates(), eventTypes: staging.countTypes() };
  } finally {
    staging.close();
  }
}

/** @returns events that wait */
async function stageRows(staging: HistoryStaging, options: HistoryImportOptions): Promise<number> {
  const { rows, rejects, counts, signal, onRead } = options;
  const whole = new WholeHistory();
  let read = 0;
  let waiting = 0;
  for await (const row of rows) {
    signal.throwIfAborted();
    try {
      waiting += stageLine(staging, whole.parse(row), row, counts);
    } catch (error) {
      if (!isNexusError(error)) throw error;
      rejects.add(row.line, error, row.source);
      counts.refused++;
    }
    onRead?.(++read);
  }
  whole.refuseCut(options.source);
  staging.order();
  return waiting;
}

/** @returns events that are added */
function stageLine(staging: HistoryStaging, found: HistoryLine, row: HistoryRow, counts: ImportCounts): number {
  switch (found.kind) {
    case 'event':
      if (staging.addEvent(found, row)) return 1;
      counts.alreadyThere++;
      return 0;
    case 'receipt':
      staging.addReceipt(found, row);
      return 0;
    case 'rules':
      staging.addRules(found);
      return 0;
    case 'end':
      return 0;
    default:
      return found satisfies never;
  }
}

/** Appends what is staged, several appends at a time, none before those that it follows. */
class HistoryImport {
  readonly #staging: HistoryStaging;
  readonly #options: HistoryImportOptions;
  readonly #append: AppendHistory;
  readonly #total: number;
  readonly #running = new Set<Promise<void>>();
  #bytes = 0;

  constructor(staging: HistoryStaging, options: HistoryImportOptions, append: AppendHistory, total: number) {
    this.#staging = staging;
    this.#options = options;
    this.#append = append;
    this.#total = total;
  }

  /** @param failed - aborted when one append fails, so that no other begins */
  async run(signal: AbortSignal, failed: AbortController): Promise<void> {
    try {
      for (;;) {
        signal.throwIfAborted();
        this.#fill();
        if (this.#running.size === 0) return;
        await Promise.race(this.#running);
      }
    } catch (error) {
      failed.abort(error);
      throw error;
    } finally {
      await Promise.allSettled(this.#running);
    }
  }

  #fill(): void {
    while (this.#running.size < IN_FLIGHT_MAX && this.#bytes < IN_FLIGHT_BYTES_MAX) {
      const staged = this.#staging.take(false) ?? (this.#running.size === 0 ? this.#staging.take(true) : undefined);
      if (staged === undefined) return;
      const done = () => {
        this.#running.delete(running);
        this.#bytes -= staged.bytes;
      };
      const running = this.#settle(staged).finally(done);
      this.#running.add(running);
      this.#bytes += staged.bytes;
    }
  }

  async #settle(staged: StagedAppend): Promise<void> {
    const { counts, onSettled } = this.#options;
    try {
      this.#checkRows(staged);
      const { replayed } = await this.#append(this.#staging.read(staged));
      counts[replayed === true ? 'alreadyThere' : 'stored'] += staged.rows;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refuse(staged, error);
    }
    this.#staging.settle(staged);
    onSettled?.(totalOf(counts), this.#total);
  }

  /** Before the rows are read into memory. */
  #checkRows({ rows, bytes }: StagedAppend): void {
    if (rows === 0) {
      const message = 'None of the events that the receipt covers is in the file; export the history again, whole';
      throw new RowError(message, { rule: 'receipt' });
    }
    const max = this.#options.store.capabilities.appendBytesMax;
    const actual = bytes - rows * RECORDED_BYTES_MAX;
    if (actual <= 2 * max) return;
    const message = `The append has about ${actual} bytes; this store takes ${max}. Import its events without --as-history`;
    throw new AppendTooLargeError(message, { actual, max, unit: 'bytes' });
  }

  #refuse(staged: StagedAppend, error: unknown): void {
    const { rejects, counts } = this.#options;
    const lines = staged.rows === 0 ? [this.#staging.receiptLine(staged)] : this.#staging.lines(staged.key);
    for (const { line, source } of lines) {
      rejects.add(line, error, source);
      counts.refused++;
    }
  }
}

/**
 * What an append is refused for. A denial is none: who may not take history over may not take any of it. Anything else
 * is a fault of the store or of its settings.
 */
function isRefusal(error: unknown): boolean {
  return isNexusError(error) && (error.kind === 'invalid' || error.kind === 'conflict');
}
