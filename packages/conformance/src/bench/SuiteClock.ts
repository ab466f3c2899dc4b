import type { Clock } from '@nexus/shared';

interface Sleeper {
  due: number;
  readonly wake: () => void;
}

/** Where the suite's time begins, as a timestamp. */
export const SUITE_START = '2026-01-01T00:00:00.000Z';

/**
 * The suite's time. It runs with real time and can be moved forward; once frozen it moves only when told, so that a
 * case can stand exactly on a bound.
 */
export class SuiteClock implements Clock {
  #origin = Date.parse(SUITE_START);
  #startedAt: number | undefined = performance.now();
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    const elapsed = this.#startedAt === undefined ? 0 : Math.floor(performance.now() - this.#startedAt);
    return this.#origin + elapsed;
  }

  /** Stands still from here on, at `at` or now. */
  freeze(at: string | number = this.now()): void {
    this.#origin = typeof at === 'string' ? Date.parse(at) : at;
    this.#startedAt = undefined;
  }

  /** Sets time back, as an operator would. Whoever sleeps is woken after as long as before. */
  setBack(ms: number): void {
    this.#origin -= ms;
    for (const sleeper of this.#sleepers) sleeper.due -= ms;
  }

  /** Moves time forward, and wakes whoever has slept long enough. */
  advance(ms: number): void {
    this.#origin += ms;
    const now = this.now();
    for (const sleeper of [...this.#sleepers]) if (sleeper.due <= now) sleeper.wake();
  }

  /** The time `ms` from now as a timestamp. */
  timestamp(ms = 0): string {
    return new Date(this.now() + ms).toISOString();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper: Sleeper = { due: this.now() + ms, wake };
      const waitsForAdvance = this.#startedAt === undefined && ms > 0;
      const timer = waitsForAdvance ? undefined : setTimeout(wake, ms);
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
