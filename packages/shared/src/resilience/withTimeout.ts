import type { Clock } from '../ports/Clock.ts';
import { type Awaitable, isPending } from '../types/awaitable.ts';

const IN_TIME = Symbol('in time');

/**
 * Runs a task that must answer in time. One that answers at once costs no timer.
 *
 * @param timeoutMs - then the task's signal aborts, and `onTimeout` makes the error that is thrown
 */
export function withTimeout<Result>(
  task: (signal: AbortSignal) => Awaitable<Result>,
  timeoutMs: number,
  clock: Clock,
  onTimeout: () => Error,
): Awaitable<Result> {
  const late = new AbortController();
  const answer = task(late.signal);
  if (!isPending(answer)) return answer;
  const inTime = new AbortController();
  const timeout = clock.sleep(timeoutMs, inTime.signal).then(() => {
    if (inTime.signal.aborted) return undefined as never;
    const error = onTimeout();
    late.abort(error);
    throw error;
  });
  return Promise.race([answer, timeout]).finally(() => inTime.abort(IN_TIME));
}
