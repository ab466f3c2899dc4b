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
    // Small numbers, so that requests are refused often, and come exactly at the edge of a window.
    const waits = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 10, maxLength: 60 });

    await fc.assert(
      fc.asyncProperty(waits, async (steps) => {
        const clock = new ManualClock();
        const limiter = create({ limit: 3, windowMs: 10, clock });
        const admitted: number[] = [];
        for (const step of steps) {
          clock.advance(step);
          const admission = await limiter.admit('client');
          const inWindow = admitted.filter((time) => clock.now() - time < 10);
          expect(admission.admitted).toBe(inWindow.length < 3);
          if (admission.admitted) admitted.push(clock.now());
          else expect(admission.retryAfterMs).toBe((inWindow[0] ?? 0) + 10 - clock.now());
        }
      }),
    );
  });

  it('counts each key by itself', async () => {
    const limiter = create({ limit: 1, clock: new ManualClock() });

    const admissions = [await limiter.admit('a'), await limiter.admit('a'), await limiter.admit('b')];

    expect(admissions.map(({ admitted }) => admitted)).toEqual([true, false, true]);
  });

  it('takes ten requests a minute, unless told otherwise', () => {
    expect(create({})).toMatchObject({ limit: 10, windowMs: 60_000 });
  });

  it('takes no room for a key that it knows', async () => {
    const limiter = create({ limit: 3, keysMax: 2, clock: new ManualClock() });
    await limiter.admit('a');
    await limiter.admit('a');

    expect(await limiter.admit('b')).toEqual({ admitted: true });
  });

  it('forgets a key by its last admission, whatever was refused or admitted meanwhile', async () => {
    const clock = new ManualClock();
    const refused = create({ limit: 1, windowMs: 60, keysMax: 2, clock });
    const again = create({ limit: 2, windowMs: 60, keysMax: 2, clock });
    for (const [key, wait] of [
      ['a', 10],
      ['b', 10],
      ['a', 40],
    ] as const) {
      await refused.admit(key);
      await again.admit(key);
      clock.advance(wait);
    }

    const afterRefusal = await refused.admit('c');
    clock.advance(10);
    const afterSecond = await again.admit('c');

    expect([afterRefusal.admitted, afterSecond.admitted]).toEqual([true, true]);
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

describe('SlidingLogRateLimiter', () => {
  it('tells a new key when the first of the known ones becomes idle', async () => {
    const clock = new ManualClock();
    const limiter = new SlidingLogRateLimiter({ limit: 3, windowMs: 60, keysMax: 1, clock });
    for (let admissions = 0; admissions < 3; admissions++) {
      clock.advance(10);
      await limiter.admit('a');
    }
    clock.advance(10);

    expect(await limiter.admit('b')).toEqual({ admitted: false, retryAfterMs: 50 });
  });

  it('refuses every key when it may remember none', async () => {
    const limiter = new SlidingLogRateLimiter({ windowMs: 60, keysMax: 0, clock: new ManualClock() });

    expect(await limiter.admit('a')).toEqual({ admitted: false, retryAfterMs: 60 });
  });
});

/** Records that say what was asked of them, and let another process be first as often as told. */
class WatchedRecords extends InMemoryRecordStore {
  readonly asked: string[] = [];
  isOutpaced = false;

  override async put(...parameters: Parameters<InMemoryRecordStore['put']>): Promise<string | undefined> {
    this.asked.push('put');
    return this.isOutpaced ? undefined : super.put(...parameters);
  }

  override async delete(...parameters: Parameters<InMemoryRecordStore['delete']>): Promise<boolean> {
    this.asked.push('delete');
    return !this.isOutpaced && super.delete(...parameters);
  }

  override list(prefix: string): ReturnType<InMemoryRecordStore['list']> {
    this.asked.push('list');
    return super.list(prefix);
  }
}

describe('SharedRateLimiter', () => {
  it('gives up, typed, after a hundred requests of others that came first', async () => {
    const records = new WatchedRecords();
    records.isOutpaced = true;

    const admission = new SharedRateLimiter(records, { clock: new ManualClock() }).admit('a');

    await expect(admission).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The request could not be counted: the quota of this client changes all the time; try again',
      details: { reason: 'the quota of this client changes all the time' },
    });
    expect(records.asked.filter((name) => name === 'put')).toHaveLength(100);
  });

  it('writes nothing for a refusal, and looks for idle keys once in a window', async () => {
    const records = new WatchedRecords();
    const clock = new ManualClock();
    const limiter = new SharedRateLimiter(records, { limit: 1, windowMs: 60, clock });

    await limiter.admit('a');
    clock.advance(59);
    await limiter.admit('a');
    clock.advance(1);
    await limiter.admit('b');

    expect(records.asked).toEqual(['list', 'put', 'list', 'delete', 'put']);
  });

  it('counts the keys that other processes left, by their last admission', async () => {
    const records = new InMemoryRecordStore();
    const clock = new ManualClock();
    const options = { windowMs: 60, keysMax: 2, clock };
    const first = new SharedRateLimiter(records, options);
    await first.admit('a');
    await first.admit('b');
    clock.advance(50);
    await first.admit('b');
    await first.admit('a');
    clock.advance(50);

    const admission = await new SharedRateLimiter(records, options).admit('c');

    expect(admission).toEqual({ admitted: false, retryAfterMs: 60 });
  });

  it('counts an idle key that another process used before it could be forgotten', async () => {
    const records = new WatchedRecords();
    const clock = new ManualClock();
    const options = { windowMs: 60, keysMax: 1, clock };
    await new SharedRateLimiter(records, options).admit('a');
    clock.advance(60);
    records.isOutpaced = true;

    const admission = await new SharedRateLimiter(records, options).admit('b');

    expect(admission).toEqual({ admitted: false, retryAfterMs: 60 });
  });
});
