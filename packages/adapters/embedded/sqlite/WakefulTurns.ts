/** Keeps an event loop from sleeping, by turns that do nothing, so that everybody else has theirs between them. */
export class WakefulTurns {
  readonly #isWorthIt: () => boolean;
  readonly #nextTurn: (turn: () => void) => unknown;
  #isTurning = false;

  /**
   * @param isWorthIt - whether to go on, asked at each turn
   * @param nextTurn - Default: `setImmediate`
   */
  constructor(isWorthIt: () => boolean, nextTurn: (turn: () => void) => unknown = setImmediate) {
    this.#isWorthIt = isWorthIt;
    this.#nextTurn = nextTurn;
  }

  /** Where the turns of an earlier wait go on, they serve this one too: each wait would else add its own to them. */
  start(): void {
    if (!this.#isTurning) this.#turn();
  }

  /** One function for all turns: they are many. */
  readonly #turn = (): void => {
    this.#isTurning = this.#isWorthIt();
    if (this.#isTurning) this.#nextTurn(this.#turn);
  };
}
