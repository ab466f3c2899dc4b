import type { EventStoreAdmin } from '@nexus/shared';
import { eventLine, receiptLine } from './historyLine.ts';

export interface ExportLine {
  readonly text: string;
  /** False for what stands beside events. */
  readonly isEvent: boolean;
}

/** Receipts that are known to be written; one that is forgotten is written again, which an import takes. */
const RECEIPTS_MAX = 100_000;

/** Everything that a store holds as lines of history: each receipt before the first event that it covers. */
export async function* historyLines(
  store: EventStoreAdmin,
  signal: AbortSignal,
): AsyncGenerator<ExportLine, void, undefined> {
  const { storeId } = await store.identity();
  const written = new Set<string>();
  for await (const { event, receipt } of store.exportHistory({ signal })) {
    if (!written.has(receipt.receiptId)) {
      if (written.size >= RECEIPTS_MAX) written.clear();
      written.add(receipt.receiptId);
      yield { text: receiptLine(receipt, storeId), isEvent: false };
    }
    yield { text: eventLine(event, receipt), isEvent: true };
  }
}
