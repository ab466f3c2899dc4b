/** Runs one task after the other, in the order of the calls, for a peer that cannot do two at a time. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  run(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
