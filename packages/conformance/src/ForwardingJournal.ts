import type {
  AggregateRange,
  Commit,
  EventJournal,
  FeedEntry,
  FeedRange,
  IntegrityFinding,
  JournalAppendResult,
  JournalCapabilities,
  Receipt,
  RecordedEvent,
  RecordStore,
  StoreIdentity,
  TimePage,
  TimeRange,
} from '@nexus/shared';

/** A journal that hands everything on to another: the base of those that change one thing. */
export class ForwardingJournal implements EventJournal {
  readonly inner: EventJournal;

  constructor(inner: EventJournal) {
    this.inner = inner;
  }

  get name(): string {
    return this.inner.name;
  }

  get capabilities(): JournalCapabilities {
    return this.inner.capabilities;
  }

  get records(): RecordStore {
    return this.inner.records;
  }

  append(commit: Commit): Promise<JournalAppendResult> {
    return this.inner.append(commit);
  }

  getVersion(aggregateId: string): Promise<number> {
    return this.inner.getVersion(aggregateId);
  }

  readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.inner.readAggregate(aggregateId, range);
  }

  getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    return this.inner.getReceipt(aggregateId, aggregateVersion);
  }

  queryByTime(range: TimeRange): Promise<TimePage> {
    return this.inner.queryByTime(range);
  }

  findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    return this.inner.findByEventId(eventId);
  }

  scan(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<readonly RecordedEvent[]> {
    return this.inner.scan(options);
  }

  readFeed(range: FeedRange): AsyncIterable<readonly FeedEntry[]> {
    return this.inner.readFeed(range);
  }

  feedHead(): Promise<{ readonly position: string; readonly digest: string } | undefined> {
    return this.inner.feedHead();
  }

  feedDigestAt(position: string): Promise<string | undefined> {
    return this.inner.feedDigestAt(position);
  }

  identity(): Promise<StoreIdentity> {
    return this.inner.identity();
  }

  checkIntegrity(): Promise<readonly IntegrityFinding[]> {
    return this.inner.checkIntegrity();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
