import { randomUUID } from 'node:crypto';
import { InMemoryJournal } from '@nexus/adapters/embedded';
import {
  type AggregateRange,
  type Commit,
  CorruptStoreError,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  type IntegrityFinding,
  type JournalAppendResult,
  type JournalCapabilities,
  judgeAppend,
  type Receipt,
  type RecordedEvent,
  type StoreIdentity,
  type TimePage,
  type TimeRange,
} from '@nexus/shared';
import { EventPlaces } from './EventPlaces.ts';
import { FileRecords, type RecordLine } from './FileRecords.ts';
import { corrupt, JournalFile } from './JournalFile.ts';

/** The first line names the store. */
type Line = { readonly identity: StoreIdentity } | { readonly commit: Commit } | { readonly record: RecordLine };

/** A journal in one file, which an index in memory is built of when it is opened, and reads are served from. */
export class FileJournal implements EventJournal {
  readonly name = 'file';
  /** The sizes are the index's: a commit that it would refuse must not get into the file. */
  readonly capabilities: JournalCapabilities;
  readonly records: FileRecords = new FileRecords((record) => this.#file.append({ record }));
  readonly #file: JournalFile<Line>;
  readonly #places = new EventPlaces();
  readonly #index = new InMemoryJournal();
  #identity: StoreIdentity = { storeId: randomUUID(), epoch: 1 };

  /** @throws StoreUnavailableError, CorruptStoreError */
  constructor(path: string) {
    this.capabilities = Object.freeze({ ...this.#index.capabilities, durable: true });
    this.#file = new JournalFile<Line>(path, { identity: this.#identity }, (line) => this.#take(line));
  }

  #take(line: Line): void {
    if ('identity' in line) this.#identity = line.identity;
    else if ('record' in line) this.records.apply(line.record);
    else this.#takeCommit(line.commit);
  }

  #takeCommit(commit: Commit): void {
    const { shares, receipt } = commit;
    const fits = shares.every(
      ({ aggregateId, fromVersion }) => this.#places.versionOf(aggregateId) === fromVersion - 1,
    );
    if (!fits) throw corrupt(`receipt ${receipt.receiptId}`, 'versions that do not follow what is before them');
    this.#places.add(commit);
    void this.#index.append(commit);
  }

  /** From the judgement to the index nothing is awaited, so that no other append comes between. */
  async append(commit: Commit): Promise<JournalAppendResult> {
    if (judgeAppend(commit, this.#places) === 'new') {
      if (commit.uniqueEventIds) this.#places.refuseDuplicates(commit);
      const aggregateIds = commit.shares.map(({ aggregateId }) => aggregateId);
      this.#file.append({ commit: withTextsAlone(commit) }, aggregateIds);
      this.#places.add(commit);
    }
    return this.#index.append(commit);
  }

  getVersion(aggregateId: string): Promise<number> {
    return this.#index.getVersion(aggregateId);
  }

  readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.#index.readAggregate(aggregateId, range);
  }

  getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    return this.#index.getReceipt(aggregateId, aggregateVersion);
  }

  queryByTime(range: TimeRange): Promise<TimePage> {
    return this.#index.queryByTime(range);
  }

  findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    return this.#index.findByEventId(eventId);
  }

  scan(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<readonly RecordedEvent[]> {
    return this.#index.scan(options);
  }

  readFeed(range: FeedRange): AsyncIterable<readonly FeedEntry[]> {
    return this.#index.readFeed(range);
  }

  feedHead(): Promise<{ readonly position: string; readonly digest: string } | undefined> {
    return this.#index.feedHead();
  }

  feedDigestAt(position: string): Promise<string | undefined> {
    return this.#index.feedDigestAt(position);
  }

  async identity(): Promise<StoreIdentity> {
    return this.#identity;
  }

  async checkIntegrity(): Promise<readonly IntegrityFinding[]> {
    try {
      this.#file.check();
      return [];
    } catch (error) {
      if (error instanceof CorruptStoreError) return [error.details];
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#file.close();
    await this.#index.close();
  }
}

/** Payload and metadata are in their texts, which the index goes by as well. */
function withTextsAlone(commit: Commit): Commit {
  const events = commit.events.map((one) => ({ ...one, event: { ...one.event, payload: {}, metadata: {} } }));
  return { ...commit, events };
}
