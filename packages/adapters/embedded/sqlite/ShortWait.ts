import { availableParallelism } from 'node:os';

/** Longest wait for an outcome that is worth staying awake for, in ms: a fast disk syncs in less. */
export const OUTCOME_MS = 0.5;
/**
 * The same for a request, in ms: whoever appends one by one prepares the next in less. An append to another store takes
 * longer, so that the writers of several stores do not keep the processors from each other.
 */
export const REQUEST_MS = 0.2;
/**
 * Short waits in a row behind which the next one is expected to be short too. Where something else wants the processors,
 * a wait that is spent awake gets long, and the next ones are slept through.
 */
const STREAK = 16;

export interface ShortWaitOptions {
  /** Monotonic, in ms. */
  readonly now: () => number;
  /** With one processor, staying awake keeps it from what is waited for. */
  readonly processors: number;
}

const SYSTEM: ShortWaitOptions = { now: () => performance.now(), processors: availableParallelism() };

/**
 * Tells a thread whether to stay awake while it waits: only where the 16 waits before were short, and only as long as
 * such a wait takes. So one append that follows directly on another is not slowed down by two sleeping processors, and
 * appends that come now and then cost nothing more.
 */
export class ShortWait {
  readonly #now: () => number;
  readonly #shortMs: number;
  #beganAt = Number.NEGATIVE_INFINITY;
  #streak = 0;

  /** @param shortMs - Waits that take less are short. */
  constructor(shortMs: number, { now, processors }: ShortWaitOptions = SYSTEM) {
    this.#now = now;
    this.#shortMs = processors > 1 ? shortMs : 0;
  }

  begin(): void {
    this.#beganAt = this.#now();
  }

  end(): void {
    this.#streak = this.#isShort() ? this.#streak + 1 : 0;
  }

  /** Whether the next wait is expected to be short. */
  get isExpectedShort(): boolean {
    return this.#streak >= STREAK;
  }

  /** Whether to stay awake, or go on doing so. */
  get isWorthIt(): boolean {
    return this.isExpectedShort && this.#isShort();
  }

  #isShort(): boolean {
    return this.#now() - this.#beganAt < this.#shortMs;
  }
}
