import type { Clock } from '@nexus/shared';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** Time that moves when the test says so. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-31T12:00:00.000Z');
  #sleepers = new Set<Sleeper>();
  #slept = Promise.withResolvers<void>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.resolve();
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

  advance(ms: number): void {
    this.#now += ms;
    for (const { wakesAt, wake } of this.#sleepers) if (wakesAt <= this.#now) wake();
  }
}
