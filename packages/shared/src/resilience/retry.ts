/** How often, and after which waits, a transient fault is tried again. */
export interface RetryOptions {
  /** Waits before each retry, in ms; their number is the number of retries. Default: 1,000, 2,000, 4,000. */
  readonly delaysMs?: readonly number[];
  /** Share of each wait that is added at random, 0 to 1. Default: 0.25. */
  readonly jitter?: number;
  /** 0 to 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number;
}
