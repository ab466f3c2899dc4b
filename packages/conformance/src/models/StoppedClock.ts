import type { Clock } from '@nexus/shared';
import { SUITE_START } from '../bench/SuiteClock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** The time of one instance of a store. It moves only when told, and knows how many sleep. */
export class StoppedClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #now = Date.parse(SUITE_START);

  /** Those who sleep now. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#now;
  }

  /** Moves time forward, and wakes whoever has slept long enough. */
  advance(ms: number): void {
    this.#now += ms;
    for (const { due, wake } of [...this.#sleepers]) if (due <= this.#now) wake();
  }

  /** A sleep of 0 ms ends in a later turn of the event loop. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (ms <= 0) return new Promise((resolve) => setImmediate(resolve));
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      signal?.removeEventListener('abort', wake);
      this.#sleepers.delete(sleeper);
      resolve();
    };
    const sleeper: Sleeper = { due: this.#now + ms, wake };
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', wake, { once: true });
    return promise;
  }
}
