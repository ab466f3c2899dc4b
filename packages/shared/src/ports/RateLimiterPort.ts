export type Admission = { readonly admitted: true } | { readonly admitted: false; readonly retryAfterMs: number };

/** Counts requests by key. */
export interface RateLimiterPort {
  /** Requests that are admitted within any window. */
  readonly limit: number;
  readonly windowMs: number;
  /** Admits and counts one request, or says when to come back. */
  admit(key: string): Promise<Admission>;
}
