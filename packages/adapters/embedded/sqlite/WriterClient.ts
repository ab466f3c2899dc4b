import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreClosedError, StoreUnavailableError } from '@nexus/shared';
import type {
  AppendOutcome,
  AppendRequest,
  CommonOutcome,
  NumberedRequest,
  RecordOutcome,
  RecordRequest,
  WriteOutcome,
  WriteRequest,
  WriterReply,
  WriterSettings,
} from './protocol.ts';
import { OUTCOME_MS, REQUEST_MS, ShortWait } from './ShortWait.ts';
import { WakefulTurns } from './WakefulTurns.ts';

/** How much the writer has done since the journal was opened. */
export interface SqliteWriterStats {
  /** Transactions that were begun. */
  readonly transactions: number;
  /** Appends and writes of records that got an outcome. */
  readonly requests: number;
  /** Times that the writer's thread was started. */
  readonly starts: number;
}

export interface WriterClientOptions {
  readonly settings: WriterSettings;
  /** Most bytes that may wait for the writer; more are refused. */
  readonly waitingBytesMax: number;
  /** Called after each group, before its callers learn of it. */
  readonly onGroup: () => void;
  /** Called for each request that a writer took to its grave, once it can write no more. */
  readonly lookUp: (request: WriteRequest, cause: unknown) => CommonOutcome;
}

type WrittenGroup = Exclude<WriterReply, string>;

/** Requests in one message: a message costs as much as preparing one request does. */
const MESSAGE_REQUESTS = 16;

interface Waiting {
  readonly request: WriteRequest;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The event loop's side of the writer's thread. What one turn of the event loop asks for travels in few messages, early
 * enough that the thread writes the first while the last are still being prepared. The thread is started by the first
 * request, and again after it died; it keeps the process alive only while it has work.
 */
export class WriterClient {
  readonly #options: WriterClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** For the outcome of a request that is alone. */
  readonly #outcomeWait: ShortWait = new ShortWait(OUTCOME_MS);
  /** For a request behind it. */
  readonly #requestWait: ShortWait = new ShortWait(REQUEST_MS);
  readonly #wakefulTurns: WakefulTurns = new WakefulTurns(
    () => this.#waiting.size === 1 && this.#outcomeWait.isWorthIt,
  );
  #unsent: NumberedRequest[] = [];
  /** Written, and not yet told to their callers. */
  #groups: WrittenGroup[] = [];
  #worker: Worker | undefined;
  #isReady = false;
  #workerError: unknown;
  #lastId = 0;
  #waitingBytes = 0;
  #closing: PromiseWithResolvers<void> | undefined;
  #transactions = 0;
  #requests = 0;
  #starts = 0;

  constructor(options: WriterClientOptions) {
    this.#options = options;
  }

  get stats(): SqliteWriterStats {
    return { transactions: this.#transactions, requests: this.#requests, starts: this.#starts };
  }

  /** Resolves once the append's group is durable, or is known not to be. */
  append(request: AppendRequest): Promise<AppendOutcome> {
    return this.#write(request) as Promise<AppendOutcome>;
  }

  /** The same for a record. */
  writeRecord(request: RecordRequest): Promise<RecordOutcome> {
    return this.#write(request) as Promise<RecordOutcome>;
  }

  /** Refuses new requests, waits for those that were accepted, and ends the thread. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    this.#closing = Promise.withResolvers();
    if (this.#unsent.length > 0) this.#send();
    if (this.#worker === undefined) this.#closing.resolve();
    else {
      this.#worker.ref();
      this.#worker.postMessage('close');
    }
    return this.#closing.promise;
  }

  #write(request: WriteRequest): Promise<WriteOutcome> {
    if (this.#closing !== undefined) return Promise.reject(new StoreClosedError());
    if (this.#waitingBytes > this.#options.waitingBytesMax) return Promise.reject(this.#overloaded());
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { request, resolve, reject });
      this.#waitingBytes += request.bytes;
      this.#unsent.push([this.#lastId, request]);
      this.#sendSoon();
    });
  }

  #overloaded(): StoreUnavailableError {
    const message = `${this.#waitingBytes} bytes wait to be written; append less at once, or try again later`;
    return new StoreUnavailableError(message, { reason: 'overloaded' });
  }

  /** At once when the writer has nothing to do, or enough has gathered; else with what this turn still brings. */
  #sendSoon(): void {
    if (this.#waiting.size === 1) this.#sendAlone();
    else if (this.#unsent.length >= MESSAGE_REQUESTS) this.#send();
    else if (this.#unsent.length === 1) setImmediate(() => this.#send());
  }

  #sendAlone(): void {
    this.#requestWait.end();
    this.#send();
    this.#outcomeWait.begin();
    if (this.#requestWait.isExpectedShort) this.#wakefulTurns.start();
  }

  #send(): void {
    const unsent = this.#unsent;
    if (unsent.length === 0) return;
    this.#unsent = [];
    try {
      const worker = this.#worker ?? this.#start();
      worker.ref();
      worker.postMessage(unsent);
    } catch (error) {
      for (const [id] of unsent) this.#settle(id, ({ reject }) => reject(notStarted(error)));
    }
  }

  #start(): Worker {
    const url = new URL(`./writer${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(url, { workerData: this.#options.settings, name: 'nexus-sqlite-writer', execArgv: [] });
    worker.on('message', (reply: WriterReply) => this.#receive(reply));
    worker.on('error', (error) => {
      this.#workerError = error;
    });
    worker.on('exit', () => this.#bury(worker));
    this.#worker = worker;
    this.#isReady = false;
    this.#workerError = undefined;
    this.#starts += 1;
    return worker;
  }

  #receive(reply: WriterReply): void {
    if (reply === 'ready') this.#isReady = true;
    if (typeof reply === 'string') return;
    this.#groups.push(reply);
    if (this.#groups.length === 1) setImmediate(() => this.#settleGroups());
  }

  /** In a turn of their own: callers who append again at once would otherwise keep timers and sockets waiting. */
  #settleGroups(): void {
    const groups = this.#groups;
    if (groups.length === 0) return;
    this.#groups = [];
    this.#outcomeWait.end();
    this.#options.onGroup();
    for (const { transactions, outcomes } of groups) {
      this.#transactions += transactions;
      for (const [id, outcome] of outcomes) this.#settle(id, ({ resolve }) => resolve(outcome));
    }
    this.#requestWait.begin();
    if (this.#waiting.size === 0 && this.#closing === undefined) this.#worker?.unref();
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#waitingBytes -= waiting.request.bytes;
    this.#requests += 1;
    settle(waiting);
  }

  /** The thread has ended and can write no more: whatever it had not answered is looked up. */
  #bury(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#settleGroups();
    const unsent = new Set(this.#unsent.map(([id]) => id));
    for (const [id, { request }] of this.#waiting) {
      if (!unsent.has(id)) this.#settleAfterDeath(id, request);
    }
    this.#closing?.resolve();
  }

  #settleAfterDeath(id: number, request: WriteRequest): void {
    const cause = this.#workerError;
    try {
      if (!this.#isReady) throw notStarted(cause);
      const outcome = this.#options.lookUp(request, cause);
      this.#settle(id, ({ resolve }) => resolve(outcome));
    } catch (error) {
      this.#settle(id, ({ reject }) => reject(error));
    }
  }
}

function notStarted(cause: unknown): StoreUnavailableError {
  const message = `The writer's thread could not be started: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new StoreUnavailableError(message, { reason: 'writer-not-started' }, { cause });
}
