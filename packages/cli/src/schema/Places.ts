import type { InferenceLimits } from './InferenceOptions.ts';

/** Counts the places that are followed in the payloads, so that hostile ones cannot fill the memory. */
export class Places {
  readonly limits: InferenceLimits;
  #left: number;
  #isLossy = false;

  constructor(limits: InferenceLimits) {
    this.limits = limits;
    this.#left = limits.placesMax;
  }

  /** True once something was not followed. */
  get isLossy(): boolean {
    return this.#isLossy;
  }

  get hasRoom(): boolean {
    return this.#left > 0;
  }

  take(): void {
    this.#left--;
  }

  /** Notes that something is not followed. */
  giveUp(): void {
    this.#isLossy = true;
  }
}
