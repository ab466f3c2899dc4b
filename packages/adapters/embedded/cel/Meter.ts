/** Steps that one policy may take for one event: elements that comprehensions go over, and what is compared in them. */
const STEPS_MAX = 100_000;
/** Characters of text that are compared or searched in about the time of one step. */
export const CHARACTERS_PER_STEP = 64;

/** Counts what the evaluation of a policy costs, and stops it at a bound. Evaluation is synchronous: one meter serves all. */
export class Meter {
  #left: number = STEPS_MAX;
  #taken = 0;

  /** Begins to count for another policy or event. */
  reset(): void {
    this.#left = STEPS_MAX;
  }

  /** True once the bound is passed, even if an expression swallowed the error. */
  get isExceeded(): boolean {
    return this.#left < 0;
  }

  /** Steps that were ever taken, by all. */
  get taken(): number {
    return this.#taken;
  }

  get left(): number {
    return this.#left;
  }

  /** Returns whether there are that many steps left, and takes them. */
  take(steps: number): boolean {
    if (this.#left >= 0) {
      this.#left -= steps;
      this.#taken += Math.min(steps, STEPS_MAX);
    }
    return this.#left >= 0;
  }
}

export const METER: Meter = new Meter();

export const METER_EXCEEDED: string = `goes over more than ${STEPS_MAX.toLocaleString('en')} list elements for one event`;
