import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { SlidingLogRateLimiter } from './SlidingLogRateLimiter.ts';

it('admits no more than the limit in any window, and says exactly when to come back', async () => {
  const waits = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 60 });

  await fc.assert(
    fc.asyncProperty(waits, async (steps) => {
      const clock = new ManualClock();
      const limiter = new SlidingLogRateLimiter({ clock });
      const admitted: number[] = [];
      for (const step of steps) {
        clock.advance(step);
        const admission = await limiter.admit('client');
        const inWindow = admitted.filter((time) => clock.now() - time < 60_000);
        expect(admission.admitted).toBe(inWindow.length < 10);
        if (admission.admitted) admitted.push(clock.now());
        else expect(admission.retryAfterMs).toBe((inWindow[0] ?? 0) + 60_000 - clock.now());
      }
    }),
  );
});

it('counts each key by itself', async () => {
  const limiter = new SlidingLogRateLimiter({ limit: 1, clock: new ManualClock() });

  const [first, second, other] = [await limiter.admit('a'), await limiter.admit('a'), await limiter.admit('b')];

  expect([first.admitted, second.admitted, other.admitted]).toEqual([true, false, true]);
});

it('refuses new keys when the table is full of active ones, and forgets only idle keys', async () => {
  const clock = new ManualClock();
  const limiter = new SlidingLogRateLimiter({ limit: 2, keysMax: 2, clock });
  await limiter.admit('a');
  clock.advance(10_000);
  await limiter.admit('b');

  const whileFull = await limiter.admit('c');
  clock.advance(50_000);
  const afterIdle = await limiter.admit('c');
  const known = await limiter.admit('b');

  expect(whileFull).toEqual({ admitted: false, retryAfterMs: 50_000 });
  expect([afterIdle.admitted, known.admitted]).toEqual([true, true]);
});
