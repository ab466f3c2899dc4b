import { type EventStorePort, isNexusError, type Principal } from '@nexus/shared';
import { RowError } from '../errors.ts';
import { AggregateImport } from './AggregateImport.ts';
import { type ImportCounts, totalOf } from './ImportCounts.ts';
import type { ImportEvent, ImportRow } from './ImportRow.ts';
import type { RejectsFile } from './RejectsFile.ts';
import { Staging } from './Staging.ts';

export interface ImportReport extends ImportCounts {
  /** In the input. */
  readonly aggregates: number;
  /** In the input. */
  readonly eventTypes: number;
}

export interface ImportOptions {
  readonly rows: AsyncIterable<ImportRow>;
  readonly store: EventStorePort;
  readonly rejects: RejectsFile;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** Kept up to date, so that an import that stops can say how far it came. */
  readonly counts: ImportCounts;
  readonly onRead?: (rows: number) => void;
  readonly onSettled?: (rows: number, total: number) => void;
}

/** Appends that wait for the store at a time, each of another aggregate: enough for it to commit them in groups. */
const IN_FLIGHT_MAX = 64;

/**
 * Reads all rows, sorts them on disk, and appends them, aggregate by aggregate. Nothing is stored before the input was
 * read to its end, so that a damaged file leaves nothing behind. A row that is refused goes to the rejects and does not
 * keep the others.
 *
 * @throws InputError - the input cannot be read; nothing is stored
 * @throws NexusError - the store stops the import; what is stored stays, and the same import goes on there
 */
export async function importRows(options: ImportOptions): Promise<ImportReport> {
  const staging = new Staging();
  try {
    await stageRows(staging, options);
    await appendAggregates(staging, options);
    return { ...options.counts, aggregates: staging.countAggregates(), eventTypes: staging.countTypes() };
  } finally {
    staging.close();
  }
}

async function stageRows(staging: Staging, { rows, rejects, counts, signal, onRead }: ImportOptions): Promise<void> {
  let read = 0;
  for await (const row of rows) {
    signal.throwIfAborted();
    try {
      stageRow(staging, row, counts);
    } catch (error) {
      if (!isNexusError(error)) throw error;
      rejects.add(row.line, error, row.source);
      counts.refused++;
    }
    onRead?.(++read);
  }
}

function stageRow(staging: Staging, row: ImportRow, counts: ImportCounts): void {
  const found = row.toEvent();
  const staged = staging.add(row, found);
  if (staged === 'repeated') counts.alreadyThere++;
  if (staged === 'contradicted') throw contradiction(found);
}

async function appendAggregates(staging: Staging, options: ImportOptions): Promise<void> {
  const { counts, onSettled } = options;
  const total = totalOf(counts) + staging.rows;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let last = 0;
  const appendSome = async (): Promise<void> => {
    for (let next = staging.nextAggregate(last); next !== undefined; next = staging.nextAggregate(last)) {
      last = next.key;
      await new AggregateImport({ ...options, staging, signal }, next).run();
      onSettled?.(totalOf(counts), total);
    }
  };
  const workers = Array.from({ length: IN_FLIGHT_MAX }, () => appendSome().catch((error) => failed.abort(error)));
  await Promise.all(workers);
  signal.throwIfAborted();
}

function contradiction({ event: { aggregateId }, eventId }: ImportEvent): RowError {
  const message = `Event ${eventId} of ${aggregateId} comes twice, with different content; give each event an id of its own`;
  return new RowError(message, { rule: 'repeated-id' });
}
