import type { Clock } from '@nexus/shared';

interface Sleeper {
  wakesAt: number;
  readonly wake: () => void;
}

/** Time that moves only when the test says so. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  #slept = Promise.withResolvers<void>();

  constructor(start = '2026-01-31T12:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  /** The time `ms` from now, as a timestamp. */
  timestamp(ms = 0): string {
    return new Date(this.#now + ms).toISOString();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { wakesAt: this.#now + ms, wake: resolve };
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    this.#slept.resolve();
    return promise.finally(() => this.#sleepers.delete(sleeper));
  }

  /** Resolves when somebody sleeps. */
  async untilSomebodySleeps(): Promise<void> {
    while (this.#sleepers.size === 0) {
      this.#slept = Promise.withResolvers();
      await this.#slept.promise;
    }
  }

  /** Sets the time back, as an operator would. Whoever sleeps is woken after as long as before. */
  setBack(ms: number): void {
    this.#now -= ms;
    for (const sleeper of this.#sleepers) sleeper.wakesAt -= ms;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const { wakesAt, wake } of this.#sleepers) if (wakesAt <= this.#now) wake();
  }
}
