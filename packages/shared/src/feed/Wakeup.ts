/** Lets one waiter be woken. Nothing is kept of waits that ended otherwise. */
export class Wakeup {
  #isDue = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#isDue = true;
    this.#resolve?.();
  }

  /** Resolves when there is or was a call of {@link wake} that nobody has taken. */
  next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resolve = resolve;
    if (this.#isDue) resolve();
    return promise;
  }

  /** Takes what woke the waiter. */
  take(): void {
    this.#isDue = false;
  }
}
