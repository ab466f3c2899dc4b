import { type EventStoreAdmin, type Receipt, rulesNamedBy } from '@nexus/shared';
import { endLine, eventLine, receiptLine, rulesLine } from './historyLine.ts';

export interface ExportLine {
  readonly text: string;
  /** False for what stands beside events. */
  readonly isEvent: boolean;
}

/** What is known to be written; what is forgotten is written again, which an import takes. */
const WRITTEN_MAX = 100_000;

/** Everything that a store holds as lines of history: see `HistoryLine`. */
export async function* historyLines(
  store: EventStoreAdmin,
  signal: AbortSignal,
): AsyncGenerator<ExportLine, void, undefined> {
  const { storeId } = await store.identity();
  const written = new Written();
  let events = 0;
  for await (const { event, receipt } of store.exportHistory({ signal })) {
    if (written.add(receipt.receiptId)) {
      yield* rulesLines(store, receipt, written);
      yield { text: receiptLine(receipt, storeId), isEvent: false };
    }
    yield { text: eventLine(event, receipt), isEvent: true };
    events++;
  }
  yield { text: endLine(events), isEvent: false };
}

/** The rules that let events in at first: those of the origin, where they came from another store. */
async function* rulesLines(store: EventStoreAdmin, { origin, ...own }: Receipt, written: Written) {
  for (const digest of rulesNamedBy(origin?.receipt ?? own)) {
    const text = written.add(digest) ? await store.findRules(digest) : undefined;
    if (text !== undefined) yield { text: rulesLine(digest, text), isEvent: false };
  }
}

class Written {
  readonly #names = new Set<string>();

  /** @returns whether it is new */
  add(name: string): boolean {
    if (this.#names.has(name)) return false;
    if (this.#names.size >= WRITTEN_MAX) this.#names.clear();
    this.#names.add(name);
    return true;
  }
}
