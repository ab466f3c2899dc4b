import { InputError } from '../../errors.ts';
import type { HistoryLine } from './historyLine.ts';
import type { HistoryRow } from './historyRows.ts';

/**
 * Whether a history is whole: each export ends with its number of events, and several may be put together. A file that
 * was cut between two appends would look like a smaller store.
 */
export class WholeHistory {
  #events = 0;
  /** By the ends that were seen; `undefined` before the first. */
  #announced: number | undefined;

  /** A line that cannot be understood stands where an event may have been. @throws what the row throws */
  parse(row: HistoryRow): HistoryLine {
    try {
      const line = row.parse();
      if (line.kind === 'event') this.#events++;
      if (line.kind === 'end') this.#announced = (this.#announced ?? 0) + line.events;
      return line;
    } catch (error) {
      this.#events++;
      throw error;
    }
  }

  /** @throws InputError - nothing may be stored */
  refuseCut(source: string): void {
    if (this.#announced !== undefined && this.#events >= this.#announced) return;
    const found =
      this.#announced === undefined
        ? 'its last line, which says how many events there are, is missing'
        : `it should hold ${this.#announced} events, and has ${this.#events}`;
    const message = `The history in ${source} is not whole: ${found}. Nothing was stored; export it again, or import it without --as-history`;
    throw new InputError(message, { source });
  }
}
