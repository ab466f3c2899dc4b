import {
  type AggregateRange,
  type Commit,
  ConfigurationError,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  type IntegrityFinding,
  type JournalAppendResult,
  type JournalCapabilities,
  type Receipt,
  type RecordedEvent,
  type RecordStore,
  StoreClosedError,
  type StoreIdentity,
  type TimePage,
  type TimeRange,
} from '@nexus/shared';
import { appendResultOf } from './sqlite/appendResult.ts';
import { type BackupOptions, backUp } from './sqlite/backup.ts';
import { checkFile } from './sqlite/checkFile.ts';
import { connect } from './sqlite/connect.ts';
import { translating } from './sqlite/driver-errors.ts';
import { EventReader } from './sqlite/EventReader.ts';
import { FairTurns } from './sqlite/FairTurns.ts';
import { FeedReader } from './sqlite/FeedReader.ts';
import { FeedWake } from './sqlite/FeedWake.ts';
import { fileIdOf } from './sqlite/fileIdOf.ts';
import { appendRequestOf, type CommonOutcome, type WriteRequest } from './sqlite/protocol.ts';
import { SqliteRecords } from './sqlite/SqliteRecords.ts';
import { StoredLookup } from './sqlite/StoredLookup.ts';
import { openStoreFile, type StoreFile } from './sqlite/store-file.ts';
import { type SqliteWriterStats, WriterClient } from './sqlite/WriterClient.ts';

export interface SqliteJournalOptions {
  /** Path of the file, which is made if there is none. Its folder must exist. */
  readonly path: string;
  /** How long to wait for another process's write lock before an append is refused, in ms. Default: 5,000. */
  readonly busyTimeoutMs?: number;
  /** Most bytes that the file may grow to; appends beyond it are refused as on a full disk. Default: unlimited. */
  readonly fileBytesMax?: number;
}

const BUSY_TIMEOUT_MS = 5_000;
const MIB = 1024 * 1024;
/** Memory is bounded, and the disk may not keep up. */
const WAITING_BYTES_MAX = 256 * MIB;

/**
 * A journal in one SQLite file, which several processes may use at once. What is acknowledged is on disk: write-ahead
 * log, `synchronous=FULL`. A thread of its own writes; appends that come at the same time share one sync.
 */
export class SqliteJournal implements EventJournal {
  readonly name = 'sqlite';
  readonly capabilities: JournalCapabilities = Object.freeze({
    appendsAcrossAggregates: true,
    readsAcrossAggregates: true,
    durable: true,
    eventIdIndex: true,
    eventBytesMax: 4 * MIB,
    appendBytesMax: 16 * MIB,
    appendPartsMax: Number.POSITIVE_INFINITY,
  });
  readonly records: RecordStore;
  readonly #file: StoreFile;
  readonly #busyTimeoutMs: number;
  readonly #turns: FairTurns = new FairTurns();
  readonly #events: EventReader;
  readonly #feed: FeedReader;
  readonly #lookup: StoredLookup;
  readonly #writer: WriterClient;
  #closing: Promise<void> | undefined;

  /**
   * @throws ConfigurationError - the path, the file or the runtime cannot be used
   * @throws StoreUnavailableError - another process keeps the file locked, or the disk is full
   */
  constructor(options: SqliteJournalOptions) {
    const busyTimeoutMs = checkMinimum('busyTimeoutMs', options.busyTimeoutMs ?? BUSY_TIMEOUT_MS, 0);
    const fileBytesMax =
      options.fileBytesMax === undefined ? null : checkMinimum('fileBytesMax', options.fileBytesMax, 1);
    const file = openStoreFile(options.path, busyTimeoutMs);
    const { path, database } = file;
    const wake = new FeedWake(() => connect(path, { busyTimeoutMs }));
    this.#file = file;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#events = new EventReader(database, path, this.#turns);
    this.#feed = new FeedReader(database, path, wake, this.#turns);
    this.#lookup = new StoredLookup(database);
    this.#writer = new WriterClient({
      settings: { path, fileId: fileIdOf(path), busyTimeoutMs, fileBytesMax },
      waitingBytesMax: WAITING_BYTES_MAX,
      onGroup: () => wake.notify(),
      lookUp: (request) => this.#lookUp(request),
    });
    this.records = new SqliteRecords(database, path, this.#writer, this.#turns);
  }

  /** What the writer has done since the journal was opened. */
  get writerStats(): SqliteWriterStats {
    return this.#writer.stats;
  }

  async append(commit: Commit): Promise<JournalAppendResult> {
    const outcome = await this.#writer.append(appendRequestOf(commit));
    return appendResultOf(commit, outcome, {
      path: this.#file.path,
      receiptsOf: (stored) => this.#events.receiptsOf(stored),
    });
  }

  async getVersion(aggregateId: string): Promise<number> {
    await this.#turns.due();
    return this.#events.versionOf(aggregateId);
  }

  readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.#events.readAggregate(aggregateId, range);
  }

  async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    await this.#turns.due();
    return this.#events.receiptOf(aggregateId, aggregateVersion);
  }

  queryByTime(range: TimeRange): Promise<TimePage> {
    return this.#events.queryByTime(range);
  }

  findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    return this.#events.findByEventId(eventId);
  }

  scan(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<readonly RecordedEvent[]> {
    return this.#events.scan(options.signal);
  }

  readFeed(range: FeedRange): AsyncIterable<readonly FeedEntry[]> {
    return this.#feed.read(range);
  }

  async feedHead(): Promise<{ readonly position: string; readonly digest: string } | undefined> {
    await this.#turns.due();
    return this.#feed.head();
  }

  async feedDigestAt(position: string): Promise<string | undefined> {
    await this.#turns.due();
    return this.#feed.digestAt(position);
  }

  async identity(): Promise<StoreIdentity> {
    return this.#file.identity;
  }

  checkIntegrity(): Promise<readonly IntegrityFinding[]> {
    return checkFile({ path: this.#file.path, busyTimeoutMs: this.#busyTimeoutMs });
  }

  /**
   * Copies the store, as it is now, into a new file, while it is read and written.
   *
   * @throws ConfigurationError - the target exists or cannot be made
   * @throws StoreUnavailableError - the disk is full, or a file cannot be read or written
   */
  backup(file: string, options?: BackupOptions): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new StoreClosedError());
    return backUp(this.#file.path, file, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#feed.close();
    await this.#writer.close();
    this.#file.database.close();
  }

  /** After the writer's death nothing can be written by it any more; what it has committed is seen from here. */
  #lookUp(request: WriteRequest): CommonOutcome {
    if (translating(this.#file.path, () => this.#lookup.isStored(request))) return { kind: 'found' };
    return { kind: 'ambiguous', failure: { reason: 'driver-error', sqliteCode: 0, message: 'the writer has died' } };
  }
}

function checkMinimum(setting: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new ConfigurationError(setting, `${setting} must be a number of at least ${least}`);
}
