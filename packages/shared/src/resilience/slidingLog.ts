import type { Admission } from '../ports/RateLimiterPort.ts';

/** How many requests a key may make within any window. */
export interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/** What a request does to the times of a key's last admissions, oldest first. */
export type Judged = { readonly admission: Admission; readonly times: readonly number[] };

/** Admits a request if the window that ends now holds fewer than the limit. Keeps no more times than the limit. */
export function judgeRequest(times: readonly number[], now: number, { limit, windowMs }: Quota): Judged {
  const recent = times.filter((time) => now - time < windowMs);
  const oldest = recent[0];
  if (recent.length < limit || oldest === undefined) return { admission: { admitted: true }, times: [...recent, now] };
  return { admission: { admitted: false, retryAfterMs: oldest + windowMs - now }, times: recent };
}
