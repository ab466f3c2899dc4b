import { expect, test } from 'vitest';
import { ShortWait } from './ShortWait.ts';

function waitOf(processors = 2) {
  let now = 0;
  const wait = new ShortWait({ now: () => now, processors });
  const takes = (ms: number) => {
    wait.begin();
    now += ms;
    wait.end();
  };
  const lasts = (ms: number) => {
    wait.begin();
    now += ms;
  };
  return { wait, takes, lasts };
}

test('the first wait is not worth staying awake for, since nothing is known of it', () => {
  const { wait, lasts } = waitOf();

  lasts(0);

  expect(wait.isWorthIt).toBe(false);
});

test('a wait behind a short one is worth it, until it has taken longer', () => {
  const { wait, takes, lasts } = waitOf();
  takes(0.3);

  lasts(0.3);
  const early = wait.isWorthIt;
  lasts(0.6);

  expect([early, wait.isWorthIt]).toEqual([true, false]);
});

test('a wait behind a long one is not worth it, and the next short one makes the one behind it so again', () => {
  const { wait, takes, lasts } = waitOf();
  takes(0.3);
  takes(0.6);

  lasts(0);
  const behindLong = wait.isWorthIt;
  takes(0.1);
  lasts(0);

  expect([behindLong, wait.isWorthIt]).toEqual([false, true]);
});

test('with one processor no wait is worth it, since what is waited for needs it', () => {
  const { wait, takes, lasts } = waitOf(1);
  takes(0);

  lasts(0);

  expect(wait.isWorthIt).toBe(false);
});
