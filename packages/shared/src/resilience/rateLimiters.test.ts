import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryRecordStore } from '../feed/InMemoryRecordStore.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { SharedRateLimiter } from './SharedRateLimiter.ts';
import { type RateLimiterOptions, SlidingLogRateLimiter } from './SlidingLogRateLimiter.ts';

describe.each<[string, (options: RateLimiterOptions) => RateLimiterPort]>([
  ['SlidingLogRateLimiter', (options) => new SlidingLogRateLimiter(options)],
  ['SharedRateLimiter', (options) => new SharedRateLimiter(new InMemoryRecordStore(), options)],
])('%s', (_name, create) => {
  it('admits no more than the limit in any window, and says exactly when to come back', async () => {
    const waits = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 60 });

    await fc.assert(
      fc.asyncProperty(waits, async (steps) => {
        const clock = new ManualClock();
        const limiter = create({ clock });
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
    const limiter = create({ limit: 1, clock: new ManualClock() });

    const admissions = [await limiter.admit('a'), await limiter.admit('a'), await limiter.admit('b')];

    expect(admissions.map(({ admitted }) => admitted)).toEqual([true, false, true]);
  });

  it('refuses new keys when the table is full of active ones, and forgets only idle keys', async () => {
    const clock = new ManualClock();
    const limiter = create({ limit: 2, keysMax: 2, clock });
    await limiter.admit('a');
    clock.advance(10_000);
    await limiter.admit('b');

    const whileFull = await limiter.admit('c');
    clock.advance(50_000);
    const afterIdle = await limiter.admit('c');
    const known = await limiter.admit('b');

    expect(whileFull.admitted).toBe(false);
    expect([afterIdle.admitted, known.admitted]).toEqual([true, true]);
  });

  it('keeps nobody out for as long as the clock was set back', async () => {
    const clock = new ManualClock();
    const limiter = create({ limit: 2, keysMax: 1, clock });
    await limiter.admit('a');
    await limiter.admit('a');

    clock.setBack(86_400_000);
    const admissions = [await limiter.admit('a'), await limiter.admit('a'), await limiter.admit('a')];
    clock.advance(60_000);
    const another = await limiter.admit('b');

    expect(admissions).toEqual([{ admitted: true }, { admitted: true }, { admitted: false, retryAfterMs: 60_000 }]);
    expect(another).toEqual({ admitted: true });
  });

  it('counts what came just before the clock was set back, and says when to come back', async () => {
    const clock = new ManualClock();
    const limiter = create({ limit: 2, clock });
    await limiter.admit('a');
    clock.setBack(20_000);
    await limiter.admit('a');

    const refused = await limiter.admit('a');
    clock.advance(60_000);
    const later = await limiter.admit('a');

    expect(refused).toEqual({ admitted: false, retryAfterMs: 60_000 });
    expect(later).toEqual({ admitted: true });
  });
});

it('shares one quota among all that share the records, when they ask at once', async () => {
  const records = new InMemoryRecordStore();
  const clock = new ManualClock();
  const processes = Array.from({ length: 4 }, () => new SharedRateLimiter(records, { clock }));

  const admissions = await Promise.all(Array.from({ length: 40 }, (_, index) => processes[index % 4]?.admit('client')));

  expect(admissions.filter((admission) => admission?.admitted)).toHaveLength(10);
});
