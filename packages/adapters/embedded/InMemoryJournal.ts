import { randomUUID } from 'node:crypto';
import {
  type AggregateRange,
  type Commit,
  type CommitEvent,
  compareUtf8,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  InMemoryRecordStore,
  type IntegrityFinding,
  type JournalAppendResult,
  type JournalCapabilities,
  type JsonObject,
  judgeAppend,
  type Receipt,
  type RecordedEvent,
  readJson,
  type StoredState,
  type StoreIdentity,
  type TimePage,
  type TimeRange,
} from '@nexus/shared';
import { duplicateEventId } from './duplicateEventId.ts';
import { Signal } from './Signal.ts';
import { TimeIndex } from './TimeIndex.ts';

const PAGE_EVENTS = 500;

interface StoredEvent {
  /** Its payload and metadata are texts, so that a reader's changes never reach the store. */
  readonly fields: Omit<RecordedEvent, 'payload' | 'metadata'>;
  readonly payloadText: string;
  readonly metadataText: string;
  readonly receipt: Receipt;
  /** Index in the feed. */
  readonly position: number;
}

/** A journal in memory. Appends are synchronous, so that each is whole by nature. */
export class InMemoryJournal implements EventJournal {
  readonly name = 'memory';
  readonly capabilities: JournalCapabilities = Object.freeze({
    appendsAcrossAggregates: true,
    readsAcrossAggregates: true,
    durable: false,
    eventIdIndex: true,
    eventBytesMax: 4 * 1024 * 1024,
    appendBytesMax: 16 * 1024 * 1024,
    appendPartsMax: Number.POSITIVE_INFINITY,
  });
  readonly records: InMemoryRecordStore = new InMemoryRecordStore();
  readonly #identity: StoreIdentity = { storeId: randomUUID(), epoch: 1 };
  readonly #aggregates = new Map<string, StoredEvent[]>();
  readonly #feed: StoredEvent[] = [];
  readonly #byEventId = new Map<string, StoredEvent[]>();
  readonly #byTime = new TimeIndex<StoredEvent>(({ fields }) => fields);
  readonly #appended = new Signal();

  async append(commit: Commit): Promise<JournalAppendResult> {
    if (judgeAppend(commit, this.#state) === 'same') return { replayed: true, receipts: this.#receiptsOf(commit) };
    if (commit.uniqueEventIds) this.#refuseDuplicates(commit);
    // Cloned once, not for each event: it names every aggregate.
    const receipt = structuredClone(commit.receipt);
    for (const event of commit.events) this.#store(event, { ...commit, receipt });
    this.#appended.notify();
    return { replayed: false, receipts: [structuredClone(commit.receipt)] };
  }

  async getVersion(aggregateId: string): Promise<number> {
    return this.#aggregates.get(aggregateId)?.length ?? 0;
  }

  async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    const events = this.#aggregates.get(aggregateId) ?? [];
    const first = range.fromVersion - 1;
    const end = Math.min(events.length, range.toVersion ?? events.length);
    const total = Math.max(0, Math.min(end - first, range.limit ?? Number.POSITIVE_INFINITY));
    for (let read = 0; read < total; read += PAGE_EVENTS) {
      range.signal?.throwIfAborted();
      const size = Math.min(PAGE_EVENTS, total - read);
      if (range.direction === 'forward') yield events.slice(first + read, first + read + size).map(recordedOf);
      else
        yield events
          .slice(end - read - size, end - read)
          .reverse()
          .map(recordedOf);
    }
  }

  async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    return structuredClone(this.#aggregates.get(aggregateId)?.[aggregateVersion - 1]?.receipt);
  }

  async queryByTime(range: TimeRange): Promise<TimePage> {
    const before = range.snapshot === undefined ? this.#feed.length : Number(range.snapshot);
    const found = this.#byTime.find(range, ({ position }) => position < before);
    const events = found.slice(0, range.limit).map(recordedOf);
    const more = found.length > range.limit;
    const scannedThrough = more ? (events.at(-1)?.timestamp ?? range.startTime) : range.endTime;
    return { events, more, scannedThrough, settledThrough: range.endTime, snapshot: String(before) };
  }

  async findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    return (this.#byEventId.get(eventId) ?? []).map(recordedOf);
  }

  async *scan(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<readonly RecordedEvent[]> {
    const versions = [...this.#aggregates].map(([aggregateId, events]) => [aggregateId, events.length] as const);
    versions.sort(([left], [right]) => compareUtf8(left, right));
    for (const [aggregateId, toVersion] of versions) {
      yield* this.readAggregate(aggregateId, {
        fromVersion: 1,
        toVersion,
        direction: 'forward',
        signal: options.signal,
      });
    }
  }

  async *readFeed({ after, follow, signal }: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    const end = this.#feed.length;
    let next = after === undefined ? 0 : Number(after) + 1;
    while (!signal?.aborted && (follow || next < end)) {
      const page = this.#feed.slice(next, Math.min(next + PAGE_EVENTS, follow ? Number.POSITIVE_INFINITY : end));
      next += page.length;
      // Before the page is handed out, so that what is appended meanwhile is not missed.
      const appended = page.length === 0 ? this.#appended.next(signal) : undefined;
      yield page.map((event) => ({ event: recordedOf(event), position: String(event.position) }));
      await appended;
    }
  }

  async feedHead(): Promise<{ readonly position: string; readonly digest: string } | undefined> {
    const last = this.#feed.at(-1);
    return last === undefined ? undefined : { position: String(last.position), digest: last.fields.recorded.digest };
  }

  async feedDigestAt(position: string): Promise<string | undefined> {
    return this.#feed[Number(position)]?.fields.recorded.digest;
  }

  async identity(): Promise<StoreIdentity> {
    return this.#identity;
  }

  async checkIntegrity(): Promise<readonly IntegrityFinding[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#appended.notify();
  }

  readonly #state: StoredState = {
    versionOf: (aggregateId) => this.#aggregates.get(aggregateId)?.length ?? 0,
    placeAt: (aggregateId, version) => {
      const fields = this.#aggregates.get(aggregateId)?.[version - 1]?.fields;
      return fields && { eventId: fields.eventId, digest: fields.recorded.digest };
    },
  };

  #refuseDuplicates({ events }: Commit): void {
    for (const { event } of events) {
      const stored = this.#byEventId.get(event.eventId)?.[0]?.fields;
      if (stored !== undefined) throw duplicateEventId(event.eventId, stored);
    }
  }

  #store({ event, payloadText, metadataText, digest, schemaVersion }: CommitEvent, commit: Commit): void {
    const { payload: _payload, metadata: _metadata, ...own } = event;
    const { recordedAt, traceparent, outOfOrder, receipt } = commit;
    const recorded = {
      recordedAt,
      digest,
      ...(schemaVersion === undefined ? {} : { schemaVersion }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(outOfOrder === undefined ? {} : { outOfOrder }),
    };
    const position = this.#feed.length;
    const stored = {
      fields: { ...own, recorded },
      payloadText,
      metadataText,
      receipt,
      position,
    };
    this.#feed.push(stored);
    pushTo(this.#aggregates, event.aggregateId, stored);
    pushTo(this.#byEventId, event.eventId, stored);
    this.#byTime.add(stored);
  }

  #receiptsOf({ events }: Commit): Receipt[] {
    const receipts = new Map<string, Receipt>();
    for (const { event } of events) {
      const receipt = this.#aggregates.get(event.aggregateId)?.[event.aggregateVersion - 1]?.receipt;
      if (receipt !== undefined) receipts.set(receipt.receiptId, receipt);
    }
    return structuredClone([...receipts.values()]);
  }
}

function recordedOf({ fields, payloadText, metadataText }: StoredEvent): RecordedEvent {
  const { recorded, ...own } = fields;
  const payload = readJson(payloadText) as JsonObject;
  return { ...own, payload, metadata: readJson(metadataText) as JsonObject, recorded: { ...recorded } };
}

function pushTo(map: Map<string, StoredEvent[]>, key: string, event: StoredEvent): void {
  const events = map.get(key);
  if (events === undefined) map.set(key, [event]);
  else events.push(event);
}
