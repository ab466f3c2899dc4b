import { median, percentile } from '../table.ts';

/** How long appends are measured, in ms. */
export const APPEND_MS = 3_000;
export const READ_MS = 700;
/** How long calls are made before they are measured, in ms: until code is compiled, and the log is as long as it stays. */
export const WARM_UP_MS = 1_000;

/**
 * Calls one after the other for a while, after the warm-up, and waits for `rest` after each, which is not timed.
 *
 * @param call - @returns how long it took, in ms, where that is not the time until it resolves
 * @returns the times of the calls, in ms
 */
export async function repeat(
  durationMs: number,
  call: (index: number) => Promise<unknown>,
  rest?: () => Promise<void> | undefined,
): Promise<number[]> {
  const times: number[] = [];
  const warmUntil = performance.now() + WARM_UP_MS;
  let index = 0;
  while (performance.now() < warmUntil) {
    await call(index++);
    await rest?.();
  }
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    const start = performance.now();
    const own = await call(index++);
    times.push(typeof own === 'number' ? own : performance.now() - start);
    await rest?.();
  }
  return times;
}

/** Median and 99th percentile of times in ms. */
export function latencies(times: readonly number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  return { p50Ms: median(times), p99Ms: percentile(times, 99) };
}
