import { type Clock, SYSTEM_CLOCK } from '../ports/Clock.ts';
import type { Admission, RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { isWithin, judgeRequest } from './slidingLog.ts';

export interface RateLimiterOptions {
  /** Requests in any window. Default: 10. */
  readonly limit?: number;
  /** Default: 60,000. */
  readonly windowMs?: number;
  /** Keys that are remembered; when all have been active within a window, new ones are refused. Default: 10,000. */
  readonly keysMax?: number;
  readonly clock?: Clock;
}

/**
 * At most `limit` requests in any `windowMs`, by the times of the last admitted ones: exact, where fixed windows let
 * nearly twice as many through around an edge. Counts within one process; memory is bounded by `keysMax` × `limit` times.
 */
export class SlidingLogRateLimiter implements RateLimiterPort {
  readonly limit: number;
  readonly windowMs: number;
  readonly #keysMax: number;
  readonly #clock: Clock;
  /** In the order of the last admission, oldest first. */
  readonly #admissions = new Map<string, readonly number[]>();

  constructor(options: RateLimiterOptions = {}) {
    this.limit = options.limit ?? 10;
    this.windowMs = options.windowMs ?? 60_000;
    this.#keysMax = options.keysMax ?? 10_000;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  async admit(key: string): Promise<Admission> {
    const now = this.#clock.now();
    this.#forgetIdle(now);
    const known = this.#admissions.get(key);
    if (known === undefined && this.#admissions.size >= this.#keysMax) return this.#refuseNewKey(now);
    const { admission, times } = judgeRequest(known ?? [], now, this);
    if (!admission.admitted) return admission;
    this.#admissions.delete(key);
    this.#admissions.set(key, times);
    return admission;
  }

  #refuseNewKey(now: number): Admission {
    const oldest = this.#admissions.values().next().value?.at(-1) ?? now;
    return { admitted: false, retryAfterMs: oldest + this.windowMs - now };
  }

  /** Keys are kept in the order of their last admission, so that the idle ones come first. */
  #forgetIdle(now: number): void {
    for (const [key, times] of this.#admissions) {
      if (isWithin(times.at(-1) ?? 0, now, this.windowMs)) return;
      this.#admissions.delete(key);
    }
  }
}
