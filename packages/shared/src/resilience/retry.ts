import type { RetryPolicy } from 'cockatiel';
import { isNexusError } from '../types/errors.ts';

/** How often, and after which waits, a transient fault is tried again. */
export interface RetryOptions {
  /** Waits before each retry, in ms; their number is the number of retries. Default: 1,000, 2,000, 4,000. */
  readonly delaysMs?: readonly number[];
  /** Share of each wait that is added at random, 0 to 1. Default: 0.25. */
  readonly jitter?: number;
  /** 0 to 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Runs a task, and again after each transient fault, as long as there are retries left. */
export type Retry = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Whether trying the very same thing again may succeed: a fault of the store, and nothing about the request. */
function isTransient(error: unknown): boolean {
  return isNexusError(error, 'STORE_UNAVAILABLE') || isNexusError(error, 'AMBIGUOUS_COMMIT');
}

export function createRetry(options: RetryOptions = {}): Retry {
  let policy: Promise<RetryPolicy> | undefined;
  // The policy takes over where the first try has failed, so that a try that succeeds costs nothing.
  return (task) => {
    const first = task();
    return first.catch(async (error: unknown) => {
      if (!isTransient(error)) throw error;
      policy ??= createPolicy(options);
      const known = await policy.catch(() => {
        // What keeps a store from its files may keep the library from its own, for a while.
        policy = undefined;
        throw error;
      });
      return known.execute(({ attempt }) => (attempt === 0 ? first : task()));
    });
  };
}

/** Imports the library on demand, because most processes never try again. */
async function createPolicy(options: RetryOptions): Promise<RetryPolicy> {
  const { delaysMs = [1_000, 2_000, 4_000], jitter = 0.25, random = Math.random } = options;
  const { DelegateBackoff, handleWhen, retry } = await import('cockatiel');
  return retry(handleWhen(isTransient), {
    maxAttempts: delaysMs.length,
    backoff: new DelegateBackoff(({ attempt }) => (delaysMs[attempt - 1] ?? 0) * (1 + jitter * random())),
  });
}
