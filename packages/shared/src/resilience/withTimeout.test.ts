import { expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { GovernanceUnavailableError } from '../types/errors.ts';
import { withTimeout } from './withTimeout.ts';

const LATE = new GovernanceUnavailableError('late', { part: 'policy-engine', reason: 'it did not answer in time' });

it('tells the task why it is no longer waited for', async () => {
  const clock = new ManualClock();
  let given: AbortSignal | undefined;
  const task = (signal: AbortSignal) => {
    given = signal;
    return new Promise<never>(() => {});
  };

  const answer = Promise.resolve(withTimeout(task, 1_000, clock, () => LATE));
  const outcome = expect(answer).rejects.toBe(LATE);
  clock.advance(1_000);
  await outcome;

  expect(given?.reason).toBe(LATE);
});

/** Keeps the signals of those who sleep. */
class WatchedClock extends ManualClock {
  readonly sleepers: (AbortSignal | undefined)[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleepers.push(signal);
    return super.sleep(ms, signal);
  }
}

it('gives an answer that comes at once as it comes, without a timer', () => {
  const clock = new WatchedClock();

  const answer = withTimeout(
    () => 'now',
    1_000,
    clock,
    () => LATE,
  );

  expect(answer).toBe('now');
  expect(clock.sleepers).toEqual([]);
});

it.each([
  ['comes', () => Promise.resolve('soon'), 'soon'],
  ['fails', () => Promise.reject('no'), 'no'],
])('leaves no timer behind once the answer %s, and tells the task nothing', async (_how, answer, expected) => {
  const clock = new WatchedClock();
  let given: AbortSignal | undefined;
  const task = (signal: AbortSignal) => {
    given = signal;
    return answer();
  };

  const outcome = await Promise.resolve(withTimeout(task, 1_000, clock, () => LATE)).catch((error: unknown) => error);
  clock.advance(1_000);

  expect(outcome).toBe(expected);
  expect(clock.sleepers.map((signal) => signal?.aborted)).toEqual([true]);
  expect(given?.aborted).toBe(false);
});
