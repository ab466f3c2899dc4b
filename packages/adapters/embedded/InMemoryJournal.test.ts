import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { InMemoryJournal } from './InMemoryJournal.ts';
import { commitOf, eventOf, eventsOf } from './sqlite/testing/commits.ts';

test('a feed that is read faster than it grows leaves no waiter behind for each page', async () => {
  const journal = new InMemoryJournal();
  await journal.append(commitOf(eventsOf('a', 1, 1_200)));
  const stop = new AbortController();
  const feed = journal.readFeed({ follow: true, signal: stop.signal });

  const first = await feed.next();
  const waitersAfterFirst = getEventListeners(stop.signal, 'abort').length;
  stop.abort();

  expect(first.value).not.toHaveLength(0);
  expect(waitersAfterFirst).toBe(0);
});

test('an append while an empty page is handed out is not missed by who follows the feed', async () => {
  const journal = new InMemoryJournal();
  const feed = journal.readFeed({ follow: true });

  const empty = await feed.next();
  await journal.append(commitOf([eventOf('a', 1)]));
  const next = await feed.next();
  await feed.return(undefined);

  expect(empty.value).toEqual([]);
  expect(next.value).toMatchObject([{ event: { aggregateId: 'a' } }]);
});
