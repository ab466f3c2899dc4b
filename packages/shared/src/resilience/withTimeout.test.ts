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
