import { Shapes } from './Shapes.ts';

/** Work beyond what the size of the schemas allows, for all pairs of one call together. */
const EXTRA_STEPS = 50_000;

/** What all comparisons of one call share. */
export class Workshop {
  readonly shapes: Shapes = new Shapes();
  #lastId = 0;
  #extraSteps = EXTRA_STEPS;

  /** So that many hostile versions cost no more than a few. */
  get extraSteps(): number {
    return this.#extraSteps;
  }

  spendExtra(steps: number): void {
    this.#extraSteps = Math.max(0, this.#extraSteps - Math.max(0, steps));
  }

  nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }
}
