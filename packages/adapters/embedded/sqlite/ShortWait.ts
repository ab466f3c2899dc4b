import { availableParallelism } from 'node:os';

/** Longest wait that is worth staying awake for, in ms: a processor that sleeps takes a good part of it to wake. */
const SHORT_MS = 0.5;

export interface ShortWaitOptions {
  /** Monotonic, in ms. */
  readonly now: () => number;
  /** With one processor, staying awake keeps it from what is waited for. */
  readonly processors: number;
}

const SYSTEM: ShortWaitOptions = { now: () => performance.now(), processors: availableParallelism() };

/**
 * Tells a thread whether to stay awake while it waits: only where the wait before was short, and only as long as such a
 * wait takes. So one append that follows directly on another is not slowed down by two sleeping processors, and appends
 * that come now and then cost nothing more.
 */
export class ShortWait {
  readonly #now: () => number;
  readonly #shortMs: number;
  #beganAt = Number.NEGATIVE_INFINITY;
  #lastMs = Number.POSITIVE_INFINITY;

  constructor({ now, processors }: ShortWaitOptions = SYSTEM) {
    this.#now = now;
    this.#shortMs = processors > 1 ? SHORT_MS : 0;
  }

  begin(): void {
    this.#beganAt = this.#now();
  }

  end(): void {
    this.#lastMs = this.#now() - this.#beganAt;
  }

  /** Whether the last wait that ended was short. */
  get wasShort(): boolean {
    return this.#lastMs < this.#shortMs;
  }

  /** Whether to stay awake, or go on doing so. */
  get isWorthIt(): boolean {
    return this.wasShort && this.#now() - this.#beganAt < this.#shortMs;
  }
}
