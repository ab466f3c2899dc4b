import type { InferenceLimits } from './InferenceOptions.ts';

/** Counts the places that are followed in payloads, so that hostile ones cannot fill the memory. */
export class Places {
  readonly limits: InferenceLimits;
  readonly #outer: Places | undefined;
  #left: number;
  #isLossy = false;

  /** @param outer - of which these are a part */
  constructor(limits: InferenceLimits, most: number, outer?: Places) {
    this.limits = limits;
    this.#left = most;
    this.#outer = outer;
  }

  get hasRoom(): boolean {
    return this.#left > 0 && this.#outer?.hasRoom !== false;
  }

  /** True once something was not followed. */
  get isLossy(): boolean {
    return this.#isLossy;
  }

  take(): void {
    this.#left--;
    this.#outer?.take();
  }

  /** Notes that something is not followed. */
  giveUp(): void {
    this.#isLossy = true;
  }
}
