import { join } from 'node:path';
import type { FeedEntry } from '@nexus/shared';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { FairTurns } from './FairTurns.ts';
import { FeedReader } from './FeedReader.ts';
import { FeedWake } from './FeedWake.ts';
import { appendRequestOf } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventsOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriteSession } from './WriteSession.ts';

/** The feed of a store that is written on this thread, with as many events of one aggregate as `store` is told. */
function feedOf() {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const database = connect(path, { busyTimeoutMs: 0 });
  const session = new WriteSession(database);
  const wake = new FeedWake(() => connect(path, { busyTimeoutMs: 0 }));
  const feed = new FeedReader(database, path, wake, new FairTurns());
  onTestFinished(() => {
    feed.close();
    database.close();
  });
  let stored = 0;
  const store = (count: number) => {
    session.begin();
    const commit = commitOf(eventsOf('a', stored + 1, stored + count));
    session.apply(appendRequestOf(commit));
    session.commit();
    stored += count;
    wake.notify();
    return commit.events.map(({ digest }) => digest);
  };
  return { feed, store };
}

async function pagesOf(pages: AsyncIterable<readonly FeedEntry[]>): Promise<string[][]> {
  const positions: string[][] = [];
  for await (const page of pages) positions.push(page.map(({ position }) => position));
  return positions;
}

test('the head is the last event, and there is none in an empty store', () => {
  const { feed, store } = feedOf();

  const empty = feed.head();
  const digests = store(3);

  expect(empty).toBeUndefined();
  expect(feed.head()).toEqual({ position: '3', digest: digests[2] });
});

test('a position is a whole number from 1, written in one way, and any other text has no digest', () => {
  const { feed, store } = feedOf();
  const digests = store(12);

  expect([feed.digestAt('1'), feed.digestAt('12')]).toEqual([digests[0], digests[11]]);
  for (const position of ['0', '01', '13', '1.0', '-1', '1e0', ' 1', '1 ', '0x1', '', 'zero', '12345678901234567']) {
    expect(feed.digestAt(position)).toBeUndefined();
  }
});

test('a read that does not follow has pages of 512, up to where it began, and none of an empty store', async () => {
  const { feed, store } = feedOf();
  const empty = await pagesOf(feed.read({ follow: false }));
  store(600);
  const pages: (readonly [string | undefined, number])[] = [];

  for await (const page of feed.read({ after: '1', follow: false })) {
    if (pages.length === 0) store(10);
    pages.push([page[0]?.position, page.length]);
  }

  expect(empty).toEqual([]);
  expect(pages).toEqual([
    ['2', 512],
    ['514', 87],
  ]);
  expect(await pagesOf(feed.read({ after: '610', follow: false }))).toEqual([]);
});

test('a read that follows says with an empty page that it waits, each time before it does', async () => {
  const { feed, store } = feedOf();
  store(1);
  const stop = new AbortController();
  const pages: string[][] = [];

  for await (const page of feed.read({ follow: true, signal: stop.signal })) {
    pages.push(page.map(({ position }) => position));
    if (pages.length === 4) stop.abort();
    else if (page.length === 0) store(2);
  }

  expect(pages).toEqual([['1'], [], ['2', '3'], []]);
});

test('an aborted signal ends a read without an error, before anything is read', async () => {
  const { feed, store } = feedOf();
  store(1);
  const signal = AbortSignal.abort();

  expect(await pagesOf(feed.read({ follow: true, signal }))).toEqual([]);
  expect(await pagesOf(feed.read({ follow: false, signal }))).toEqual([]);
});
