import type { Admission } from '../ports/RateLimiterPort.ts';

/** How many requests a key may make within any window. */
export interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/** What a request does to the times of a key's last admissions, oldest first. */
export type Judged = { readonly admission: Admission; readonly times: readonly number[] };

/**
 * Whether a time lies less than a window from now. Times that lie further ahead come from before the clock was set back,
 * and would keep a key out for as long as it went back.
 */
export function isWithin(time: number, now: number, windowMs: number): boolean {
  return Math.abs(now - time) < windowMs;
}

/** Admits a request if the window that ends now holds fewer than the limit. Keeps no more times than the limit. */
export function judgeRequest(times: readonly number[], now: number, { limit, windowMs }: Quota): Judged {
  const recent = times.filter((time) => isWithin(time, now, windowMs));
  if (recent.length < limit || recent.length === 0) return { admission: { admitted: true }, times: [...recent, now] };
  return { admission: { admitted: false, retryAfterMs: Math.min(...recent) + windowMs - now }, times: recent };
}
