import type { StoreCapabilities } from '@nexus/shared';
import type { StagedRow, Staging } from './Staging.ts';

const BATCH_ROWS_MAX = 500;
const BATCH_BYTES_MAX = 1024 * 1024;
/** What canonical JSON may have beyond the staged text of an event: its version. */
const EVENT_OVERHEAD_BYTES = 40;

/**
 * The rows of an aggregate that are appended together: the next ones in order, as many as the store takes at once.
 * Rows that go out of order are not put together with others; neither are rows whose own versions leave a gap, nor two
 * that claim the same version.
 *
 * @param latest - the largest time of the events that were stored before
 */
export function takeBatch(
  staging: Staging,
  aggregate: number,
  latest: string,
  { appendBytesMax }: Pick<StoreCapabilities, 'appendBytesMax'>,
): StagedRow[] {
  const bytesMax = Math.min(BATCH_BYTES_MAX, appendBytesMax);
  const batch: StagedRow[] = [];
  let bytes = 0;
  for (const row of staging.next(aggregate)) {
    const before = batch.at(-1);
    bytes += row.bytes + EVENT_OVERHEAD_BYTES;
    if (before !== undefined && (bytes > bytesMax || !belongTogether(before, row, latest))) break;
    batch.push(row);
    if (batch.length === BATCH_ROWS_MAX) break;
  }
  return batch;
}

function belongTogether(before: StagedRow, row: StagedRow, latest: string): boolean {
  if (before.version !== undefined) return row.version === before.version + 1;
  return before.event.timestamp < latest === row.event.timestamp < latest;
}
