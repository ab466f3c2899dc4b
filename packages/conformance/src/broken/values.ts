import type {
  AggregateRange,
  Commit,
  EventJournal,
  JournalAppendResult,
  JsonObject,
  JsonValue,
  Receipt,
  RecordedEvent,
} from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';

/** Changes what reads of an aggregate give. */
class ChangingReads extends ForwardingJournal {
  readonly #change: (event: RecordedEvent) => RecordedEvent;

  constructor(good: EventJournal, change: (event: RecordedEvent) => RecordedEvent) {
    super(good);
    this.#change = change;
  }

  override async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    for await (const page of this.inner.readAggregate(aggregateId, range)) yield page.map(this.#change);
  }
}

/** Folds the ids of aggregates, so that different ones become one. */
class FoldingIds extends ForwardingJournal {
  readonly #fold: (id: string) => string;

  constructor(good: EventJournal, fold: (id: string) => string) {
    super(good);
    this.#fold = fold;
  }

  override append(commit: Commit): Promise<JournalAppendResult> {
    const events = commit.events.map((one) => ({
      ...one,
      event: { ...one.event, aggregateId: this.#fold(one.event.aggregateId) },
    }));
    const shares = commit.shares.map((share) => ({ ...share, aggregateId: this.#fold(share.aggregateId) }));
    return this.inner.append({ ...commit, events, shares });
  }

  override getVersion(aggregateId: string): Promise<number> {
    return this.inner.getVersion(this.#fold(aggregateId));
  }

  override getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    return this.inner.getReceipt(this.#fold(aggregateId), aggregateVersion);
  }

  override async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    for await (const page of this.inner.readAggregate(this.#fold(aggregateId), range)) {
      yield page.map((event) => ({ ...event, aggregateId }));
    }
  }
}

/** Nothing where the text is longer than 64 KiB. */
function shortened(payload: JsonObject): JsonObject {
  return JSON.stringify(payload).length > 65_536 ? {} : payload;
}

function withPayload(event: RecordedEvent, change: (payload: JsonObject) => JsonValue): RecordedEvent {
  return { ...event, payload: change(event.payload) as JsonObject };
}

/** Keys in the order of the alphabet. */
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value as JsonObject).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

/** A copy by assignment, in which `__proto__` is no key. */
function assigned(value: JsonObject): JsonObject {
  const copy: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = member;
  return copy;
}

/** Numbers with as many digits as a 32-bit float keeps. */
function rounded(value: JsonValue): JsonValue {
  if (typeof value === 'number') return Math.fround(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, member]) => [key, rounded(member)]));
}

export const BROKEN_VALUES: readonly BrokenJournal[] = [
  {
    name: 'loses the order of keys',
    caughtBy: '0.key-order-is-kept',
    wrap: (good) => new ChangingReads(good, (event) => withPayload(event, sorted)),
  },
  {
    name: 'mangles __proto__',
    caughtBy: '0.prototype-keys-are-data',
    wrap: (good) => new ChangingReads(good, (event) => withPayload(event, assigned)),
  },
  {
    name: 'rounds numbers',
    caughtBy: '0.payload-values-are-kept',
    wrap: (good) => new ChangingReads(good, (event) => withPayload(event, rounded)),
  },
  {
    name: 'keeps no payload of more than 64 KiB',
    caughtBy: '0.payload-of-300-kb',
    wrap: (good) => new ChangingReads(good, (event) => withPayload(event, shortened)),
  },
  {
    name: 'adds its own record to metadata',
    caughtBy: '0.nothing-is-added-to-metadata',
    wrap: (good) =>
      new ChangingReads(good, (event) => ({
        ...event,
        metadata: { ...event.metadata, at: event.recorded.recordedAt },
      })),
  },
  {
    name: 'cuts ids at 255 characters',
    caughtBy: '0.names-at-their-bound',
    wrap: (good) => new FoldingIds(good, (id) => id.slice(0, 255)),
  },
  {
    name: 'cuts ids at NUL',
    caughtBy: '0.odd-ids-are-distinct-aggregates',
    wrap: (good) => new FoldingIds(good, (id) => id.split('\0')[0] as string),
  },
  {
    name: 'normalises ids',
    caughtBy: '0.odd-ids-are-distinct-aggregates',
    wrap: (good) => new FoldingIds(good, (id) => id.normalize('NFC')),
  },
  {
    name: 'folds the case of ids',
    caughtBy: '0.odd-ids-are-distinct-aggregates',
    wrap: (good) => new FoldingIds(good, (id) => id.toLowerCase()),
  },
];
