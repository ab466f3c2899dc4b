import type { Clock } from '../ports/Clock.ts';

/**
 * Runs a task that must answer in time.
 *
 * @param timeoutMs - then the task's signal aborts, and `onTimeout` makes the error that is thrown
 */
export async function withTimeout<Result>(
  task: (signal: AbortSignal) => Promise<Result>,
  timeoutMs: number,
  clock: Clock,
  onTimeout: () => Error,
): Promise<Result> {
  const inTime = new AbortController();
  const late = new AbortController();
  const timeout = clock.sleep(timeoutMs, inTime.signal).then(() => {
    if (inTime.signal.aborted) return undefined as never;
    const error = onTimeout();
    late.abort(error);
    throw error;
  });
  try {
    return await Promise.race([task(late.signal), timeout]);
  } finally {
    inTime.abort();
  }
}
