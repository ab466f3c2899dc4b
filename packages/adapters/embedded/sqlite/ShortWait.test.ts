import { expect, test } from 'vitest';
import { ShortWait } from './ShortWait.ts';

function waitOf(processors = 2) {
  let now = 0;
  const wait = new ShortWait(0.5, { now: () => now, processors });
  const lasts = (ms: number) => {
    wait.begin();
    now += ms;
  };
  const takes = (ms: number, times = 1) => {
    for (let index = 0; index < times; index++) {
      lasts(ms);
      wait.end();
    }
  };
  return { wait, takes, lasts };
}

test('a wait is not worth staying awake for before 16 in a row were short', () => {
  const { wait, takes, lasts } = waitOf();

  takes(0.3, 15);
  lasts(0);
  const behind15 = wait.isWorthIt;
  takes(0.3);
  lasts(0);

  expect([behind15, wait.isWorthIt]).toEqual([false, true]);
});

test('a wait is worth it until it is no longer short', () => {
  const { wait, takes, lasts } = waitOf();
  takes(0.3, 16);

  lasts(0.4);
  const early = wait.isWorthIt;
  lasts(0.5);

  expect([early, wait.isWorthIt]).toEqual([true, false]);
});

test('behind a long wait none is worth it before 16 in a row were short again', () => {
  const { wait, takes } = waitOf();
  takes(0.3, 100);

  takes(0.5);
  takes(0.3, 15);
  const behind15 = wait.isExpectedShort;
  takes(0.3);

  expect([behind15, wait.isExpectedShort]).toEqual([false, true]);
});

test('an end without a beginning is no short wait', () => {
  const { wait } = waitOf();

  for (let index = 0; index < 16; index++) wait.end();

  expect(wait.isExpectedShort).toBe(false);
});

test('with one processor no wait is worth it, since what is waited for needs it', () => {
  const { wait, takes, lasts } = waitOf(1);
  takes(0, 16);

  lasts(0);

  expect(wait.isWorthIt).toBe(false);
});
