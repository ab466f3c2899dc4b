import { compareUtf8, type TimeKey, type TimeRange } from '@nexus/shared';

type Keyed = TimeKey & { readonly eventType: string };

/** Entries by type, sorted by (timestamp, aggregateId in UTF-8 bytes, version). Costs a binary search each. */
export class TimeIndex<Entry> {
  readonly #keyOf: (entry: Entry) => Keyed;
  readonly #byType = new Map<string, Entry[]>();

  constructor(keyOf: (entry: Entry) => Keyed) {
    this.#keyOf = keyOf;
  }

  add(entry: Entry): void {
    const key = this.#keyOf(entry);
    const entries = this.#byType.get(key.eventType) ?? [];
    entries.splice(this.#firstBehind(entries, key), 0, entry);
    this.#byType.set(key.eventType, entries);
  }

  /** The oldest entries of a range that are wanted, up to one more than its limit. */
  find({ eventType, startTime, endTime, after, limit }: TimeRange, isWanted: (entry: Entry) => boolean): Entry[] {
    const entries = this.#byType.get(eventType) ?? [];
    const bound = after ?? { timestamp: startTime, aggregateId: '', aggregateVersion: 0 };
    const found: Entry[] = [];
    for (let index = this.#firstBehind(entries, bound); index < entries.length && found.length <= limit; index++) {
      const entry = entries[index] as Entry;
      if (this.#keyOf(entry).timestamp > endTime) break;
      if (isWanted(entry)) found.push(entry);
    }
    return found;
  }

  /** Index of the first entry with a greater key. */
  #firstBehind(entries: readonly Entry[], key: TimeKey): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keyOf(entries[middle] as Entry), key) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function compareKeys(left: TimeKey, right: TimeKey): number {
  if (left.timestamp !== right.timestamp) return left.timestamp < right.timestamp ? -1 : 1;
  return compareUtf8(left.aggregateId, right.aggregateId) || left.aggregateVersion - right.aggregateVersion;
}
