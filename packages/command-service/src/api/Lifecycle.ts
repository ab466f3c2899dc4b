/** Whether the service is closing, and which appends it has accepted and not yet answered. */
export class Lifecycle {
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  readonly #accepted = new Set<Promise<unknown>>();

  /** Aborted when the service begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Aborted when the last connection has ended. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Keeps the service from cutting connections before the work has settled. */
  accept<Result>(work: Promise<Result>): Promise<Result> {
    this.#accepted.add(work);
    const forget = () => this.#accepted.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when everything accepted has settled. */
  async settled(): Promise<void> {
    while (this.#accepted.size > 0) await Promise.allSettled(this.#accepted);
  }

  beginClose(): void {
    this.#closing.abort();
  }

  endClose(): void {
    this.#closed.abort();
  }
}
