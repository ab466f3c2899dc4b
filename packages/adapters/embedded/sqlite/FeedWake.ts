import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Signal } from '../Signal.ts';

/** Pause between two looks after something was committed, in ms, and the most that it grows to while nothing is. */
const POLL_MS_MIN = 1;
const POLL_MS_MAX = 10;
const POLL_MS_GROWTH = 1.1;

/**
 * Wakes those who follow the feed: at once for commits of this journal, and within milliseconds for those of others,
 * by polling `data_version`. That needs a connection of its own, since the number stands still within a transaction.
 * Nothing is polled while nobody waits, and a poll keeps no process alive.
 */
export class FeedWake {
  readonly #connect: () => DatabaseSync;
  readonly #signal = new Signal();
  #database: DatabaseSync | undefined;
  #dataVersion: StatementSync | undefined;
  #lastSeen: number | undefined;
  #news = 0;
  #waiting = 0;
  #pauseMs = POLL_MS_MIN;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(connect: () => DatabaseSync) {
    this.#connect = connect;
  }

  /**
   * Where the news stand: to be asked before the feed is read, so that whatever comes during the read counts as news
   * to {@link after}.
   */
  get news(): number {
    this.#lastSeen ??= this.#look();
    return this.#news;
  }

  /** Resolves when there are other news than `seen`, when the signal aborts, or when this is closed. */
  async after(seen: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isClosed || this.#news !== seen) return;
    this.#waiting += 1;
    this.#schedule();
    await this.#signal.next(signal);
    this.#waiting -= 1;
  }

  /** This journal has committed. */
  notify(): void {
    this.#pauseMs = POLL_MS_MIN;
    this.#news += 1;
    this.#signal.notify();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#database?.close();
    this.#database = undefined;
    this.#signal.notify();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiting === 0) return;
    this.#timer = setTimeout(() => this.#poll(), this.#pauseMs).unref();
  }

  #poll(): void {
    this.#timer = undefined;
    const seen = this.#look();
    // Not `===`: a look that fails again, which gives NaN again, is no news.
    if (Object.is(seen, this.#lastSeen)) this.#pauseMs = Math.min(POLL_MS_MAX, this.#pauseMs * POLL_MS_GROWTH);
    else {
      this.#lastSeen = seen;
      this.notify();
    }
    this.#schedule();
  }

  /** A look that fails is news too: the read that follows meets the error itself. */
  #look(): number {
    try {
      this.#database ??= this.#connect();
      this.#dataVersion ??= this.#database.prepare('PRAGMA data_version');
      return Number(this.#dataVersion.get()?.data_version);
    } catch {
      return Number.NaN;
    }
  }
}
