import { type Clock, SYSTEM_CLOCK } from '../ports/Clock.ts';
import type { Admission, RateLimiterPort } from '../ports/RateLimiterPort.ts';
import type { RecordStore, StoredRecord } from '../ports/RecordStore.ts';
import { StoreUnavailableError } from '../types/errors.ts';
import type { RateLimiterOptions } from './SlidingLogRateLimiter.ts';
import { isWithin, judgeRequest } from './slidingLog.ts';

const PREFIX = 'rate/';
const ATTEMPTS_MAX = 100;

/**
 * The same sliding log as `SlidingLogRateLimiter`, kept in the store's records: all processes that share the store
 * share the quota. An admission costs one conditional write, a refusal one read.
 */
export class SharedRateLimiter implements RateLimiterPort {
  readonly limit: number;
  readonly windowMs: number;
  readonly #records: RecordStore;
  readonly #keysMax: number;
  readonly #clock: Clock;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Keys found by the last sweep, and those that came since. */
  #keys = 0;

  constructor(records: RecordStore, options: RateLimiterOptions = {}) {
    this.#records = records;
    this.limit = options.limit ?? 10;
    this.windowMs = options.windowMs ?? 60_000;
    this.#keysMax = options.keysMax ?? 10_000;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  async admit(key: string): Promise<Admission> {
    await this.#sweep();
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const stored = await this.#records.get(PREFIX + key);
      if (stored === undefined && this.#keys >= this.#keysMax) return { admitted: false, retryAfterMs: this.windowMs };
      const admission = await this.#tryAdmit(key, stored);
      if (admission !== undefined) return admission;
    }
    const reason = 'the quota of this client changes all the time';
    throw new StoreUnavailableError(`The request could not be counted: ${reason}; try again`, { reason });
  }

  /** @returns `undefined` when another process counted a request meanwhile */
  async #tryAdmit(key: string, stored: StoredRecord | undefined): Promise<Admission | undefined> {
    const { admission, times } = judgeRequest(timesOf(stored), this.#clock.now(), this);
    if (!admission.admitted) return admission;
    const revision = await this.#records.put(PREFIX + key, times, stored?.revision ?? null);
    if (revision === undefined) return undefined;
    if (stored === undefined) this.#keys++;
    return admission;
  }

  /** Forgets idle keys, once in a window. */
  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    if (isWithin(this.#sweptAt, now, this.windowMs)) return;
    this.#sweptAt = now;
    let keys = 0;
    for await (const record of this.#records.list(PREFIX)) {
      const isIdle = !isWithin(timesOf(record).at(-1) ?? 0, now, this.windowMs);
      if (!isIdle || !(await this.#records.delete(record.key, record.revision))) keys++;
    }
    this.#keys = keys;
  }
}

function timesOf(record: StoredRecord | undefined): readonly number[] {
  return (record?.value ?? []) as readonly number[];
}
