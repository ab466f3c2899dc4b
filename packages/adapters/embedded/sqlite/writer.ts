import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { connect } from './connect.ts';
import { fileIdOf } from './fileIdOf.ts';
import { BLOCKING_TIME, GroupCommit } from './GroupCommit.ts';
import type { NumberedRequest, WriterMessage, WriterReply, WriterSettings } from './protocol.ts';
import { REQUEST_MS, ShortWait } from './ShortWait.ts';
import { takeGroup } from './takeGroup.ts';
import { WriteSession } from './WriteSession.ts';

/** The thread that writes. It may block, on locks and on the disk, without stalling anybody's event loop. */
class Writer {
  readonly #port: MessagePort;
  readonly #groups: GroupCommit;
  readonly #waiting: NumberedRequest[] = [];
  /** For the next message. */
  readonly #wait: ShortWait = new ShortWait(REQUEST_MS);
  #isClosing = false;

  constructor(port: MessagePort, settings: WriterSettings) {
    this.#port = port;
    this.#groups = new GroupCommit({
      ...BLOCKING_TIME,
      busyTimeoutMs: settings.busyTimeoutMs,
      openSession: () => openSession(settings),
      isInPlace: () => fileIdOf(settings.path) === settings.fileId,
    });
  }

  serve(): void {
    this.#reply('ready');
    this.#port.on('message', (message: WriterMessage) => {
      this.#take(message);
      this.#takeArrived();
      do this.#writeWaiting();
      while (this.#arrivesSoon());
      if (this.#isClosing) this.#finish();
    });
  }

  #take(message: WriterMessage): void {
    if (message === 'close') this.#isClosing = true;
    else for (const request of message) this.#waiting.push(request);
  }

  #takeArrived(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as WriterMessage);
    }
  }

  /** Whatever arrives while a group is being synced goes into the next one. */
  #writeWaiting(): void {
    this.#wait.end();
    while (this.#waiting.length > 0) {
      this.#reply(this.#groups.run(takeGroup(this.#waiting)));
      this.#takeArrived();
    }
    this.#wait.begin();
  }

  /** Stays awake for whoever appends one by one. */
  #arrivesSoon(): boolean {
    while (this.#wait.isWorthIt && !this.#isClosing) {
      this.#takeArrived();
      if (this.#waiting.length > 0) return true;
    }
    return false;
  }

  #finish(): void {
    this.#groups.finish();
    this.#reply('closed');
    this.#port.close();
  }

  #reply(message: WriterReply): void {
    this.#port.postMessage(message);
  }
}

function openSession({ path, fileBytesMax }: WriterSettings): WriteSession {
  const database = connect(path, { busyTimeoutMs: 0 });
  try {
    if (fileBytesMax !== null) limitFile(database, fileBytesMax);
    return new WriteSession(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function limitFile(database: ReturnType<typeof connect>, fileBytesMax: number): void {
  const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(fileBytesMax / pageSize))}`);
}

if (parentPort !== null) new Writer(parentPort, workerData as WriterSettings).serve();
