import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect } from './connect.ts';
import { FeedWake } from './FeedWake.ts';
import { openStoreFile } from './store-file.ts';
import { temporaryFolder } from './testing/fixtures.ts';

function wakeOf() {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  let connections = 0;
  const wake = new FeedWake(() => {
    connections++;
    return connect(path, { busyTimeoutMs: 0 });
  });
  onTestFinished(() => wake.close());
  return { wake, path, connections: () => connections };
}

test('what comes between the look at the news and the wait is not missed', async () => {
  const { wake } = wakeOf();
  const seen = wake.news;

  wake.notify();
  await wake.after(seen, undefined);

  expect(wake.news).not.toBe(seen);
});

test("another connection's commit between the look at the news and the wait is not missed", async () => {
  const { wake, path } = wakeOf();
  const seen = wake.news;
  const other = new DatabaseSync(path);
  other.exec("INSERT INTO records VALUES ('key', '1', 'r')");
  other.close();

  await wake.after(seen, undefined);

  expect(wake.news).not.toBe(seen);
});

test('a wait ends with its signal, or when the feed is closed', async () => {
  const { wake } = wakeOf();
  const stop = new AbortController();
  const waits = [wake.after(wake.news, stop.signal), wake.after(wake.news, undefined)];

  stop.abort();
  await waits[0];
  wake.close();
  await waits[1];

  await wake.after(wake.news, undefined);
});

test('nothing is opened before somebody follows', () => {
  const { wake, connections } = wakeOf();

  wake.notify();

  expect(connections()).toBe(0);
});

test('a connection that cannot be opened is looked for again, and is no news each time', async () => {
  const { promise: triedOften, resolve } = Promise.withResolvers<void>();
  let tries = 0;
  const wake = new FeedWake(() => {
    tries++;
    if (tries === 4) resolve();
    throw new Error('no file descriptor is left');
  });
  const stop = new AbortController();
  const seen = wake.news;

  const waits = wake.after(seen, stop.signal);
  const ended = await Promise.race([waits.then(() => 'news'), triedOften.then(() => 'tried')]);
  stop.abort();
  wake.close();
  await waits;

  expect(ended).toBe('tried');
  expect(wake.news).toBe(seen);
});

function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

test('all waits share one poll, and nothing is polled once nobody waits', async () => {
  fakeTimers();
  const { wake } = wakeOf();
  const stop = new AbortController();

  const waits = [wake.after(wake.news, stop.signal), wake.after(wake.news, stop.signal)];
  const polls = vi.getTimerCount();
  stop.abort();
  await Promise.all(waits);
  vi.runOnlyPendingTimers();

  expect([polls, vi.getTimerCount()]).toEqual([1, 0]);
});

test('a feed that is closed polls no more', async () => {
  fakeTimers();
  const { wake, connections } = wakeOf();
  const wait = wake.after(wake.news, undefined);

  wake.close();
  await wait;
  vi.runOnlyPendingTimers();

  expect([connections(), vi.getTimerCount()]).toEqual([1, 0]);
});

test('the pause between two polls grows to 10 ms while nothing is committed, and is short again behind a commit', async () => {
  fakeTimers();
  const { wake, path } = wakeOf();
  const pauseMs = () => {
    const before = Date.now();
    vi.advanceTimersToNextTimer();
    return Date.now() - before;
  };
  const seen = wake.news;
  const wait = wake.after(seen, undefined);

  const pauses = Array.from({ length: 40 }, pauseMs);
  const other = new DatabaseSync(path);
  other.exec("INSERT INTO records VALUES ('key', '1', 'r')");
  other.close();
  pauseMs();
  await wait;
  void wake.after(wake.news, undefined);

  expect([pauses[0], pauses.at(-1)]).toEqual([1, 10]);
  expect(pauses).toEqual(pauses.toSorted((left, right) => left - right));
  expect(wake.news).not.toBe(seen);
  expect(pauseMs()).toBe(1);
});
