import { readdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { RecordedEvent } from '@nexus/shared';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SqliteJournal } from './SqliteJournal.ts';
import { commitOf, eventOf, eventsOf } from './sqlite/testing/commits.ts';
import { openJournal, readAll } from './sqlite/testing/fixtures.ts';

/** Holds the file's write lock, as another process would. */
function holdWriteLock(path: string): DatabaseSync {
  const other = new DatabaseSync(path);
  onTestFinished(() => {
    if (other.isOpen) other.close();
  });
  other.exec('BEGIN IMMEDIATE');
  return other;
}

/** The writer's thread that `start` starts. */
async function workerOf(start: () => unknown): Promise<Worker> {
  const { promise, resolve } = Promise.withResolvers<Worker>();
  process.once('worker', resolve);
  start();
  return promise;
}

const refused = (code: string, details: object) => ({ code, details: expect.objectContaining(details) });

test('what is acknowledged is there when the file is opened again', async () => {
  const journal = openJournal();
  const commit = commitOf([...eventsOf('a', 1, 2), eventOf('b', 1)], { traceparent: '00-1-2-01', outOfOrder: true });

  await journal.append(commit);
  await journal.close();

  const again = openJournal({ path: journal.path });
  expect(await readAll(again, 'a')).toEqual(
    eventsOf('a', 1, 2).map((event, index) => ({
      ...event,
      recorded: {
        recordedAt: commit.recordedAt,
        digest: commit.events[index]?.digest,
        traceparent: '00-1-2-01',
        outOfOrder: true,
      },
    })),
  );
  expect(await again.getReceipt('b', 1)).toEqual(commit.receipt);
  expect(await again.identity()).toEqual(await new SqliteJournal({ path: journal.path }).identity());
});

test('ids and payloads keep NUL, emoji and look-alikes apart', async () => {
  const journal = openJournal();
  const ids = ['a', 'a\0', 'a\0b', 'é', 'e\u0301', '😀', '\u{ffff}', '__proto__'];

  for (const id of ids) {
    const payload = JSON.parse(`{"text":${JSON.stringify(id)},"__proto__":{"a":1}}`);
    await journal.append(commitOf([eventOf(id, 1, { payload, metadata: { [`key ${id}`]: id } })]));
  }

  const scanned: RecordedEvent[] = [];
  for await (const page of journal.scan()) scanned.push(...page);
  const byBytes = ids.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  expect(scanned.map(({ aggregateId }) => aggregateId)).toEqual(byBytes);
  for (const { aggregateId, payload, metadata } of scanned) {
    expect(payload.text).toBe(aggregateId);
    expect(Object.hasOwn(payload, '__proto__')).toBe(true);
    expect(metadata[`key ${aggregateId}`]).toBe(aggregateId);
  }
});

test('times of all years are stored and ordered', async () => {
  const journal = openJournal();
  const times = ['9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z'];

  await journal.append(commitOf(times.map((timestamp, index) => eventOf('a', index + 1, { timestamp }))));

  const [first, last] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'] as const;
  const page = await journal.queryByTime({ eventType: 'Counted', startTime: first, endTime: last, limit: 10 });
  expect(page.events.map(({ timestamp }) => timestamp)).toEqual(times.toSorted());
  expect(page).toMatchObject({ more: false, scannedThrough: last });
});

test('64 appends that come at the same time share at most five transactions', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('warm', 1)]));
  const before = journal.writerStats;

  await Promise.all(Array.from({ length: 64 }, (_, index) => journal.append(commitOf([eventOf(`a${index}`, 1)]))));

  const { transactions, requests } = journal.writerStats;
  expect(requests - before.requests).toBe(64);
  expect(transactions - before.transactions).toBeLessThanOrEqual(5);
});

test('appends that wait while a group is written share the next one', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('warm', 1)]));
  const lock = holdWriteLock(journal.path);
  const before = journal.writerStats.transactions;

  const appends = [];
  for (let index = 0; index < 20; index++) {
    appends.push(journal.append(commitOf([eventOf(`a${index}`, 1)])));
    await immediate();
  }
  lock.exec('ROLLBACK');
  await Promise.all(appends);

  expect(journal.writerStats.transactions - before).toBeLessThanOrEqual(3);
});

test('of racing appends within one group exactly one is stored', async () => {
  const journal = openJournal();
  const commits = Array.from({ length: 8 }, (_, index) => commitOf([eventOf('a', 1, { eventId: `e${index}` })]));

  const results = await Promise.allSettled(commits.map((commit) => journal.append(commit)));

  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    expect(result.reason).toMatchObject(refused('CONCURRENCY_CONFLICT', { expectedVersion: 0, actualVersion: 1 }));
  }
  expect(await journal.getVersion('a')).toBe(1);
});

test('a repeat in the same group gets the receipt that is stored', async () => {
  const journal = openJournal();
  const [first, repeat] = [commitOf(eventsOf('a', 1, 3)), commitOf(eventsOf('a', 1, 3))];

  const results = await Promise.all([journal.append(first), journal.append(repeat)]);

  expect(results).toEqual([
    { replayed: false, receipts: [first.receipt] },
    { replayed: true, receipts: [first.receipt] },
  ]);
});

test('refusals carry the facts of the moment in which they were judged', async () => {
  const journal = openJournal();
  await journal.append(commitOf(eventsOf('a', 1, 2)));

  const gap = journal.append(commitOf([eventOf('a', 4)]));
  const partly = journal.append(commitOf(eventsOf('a', 2, 3)));
  const changed = journal.append(commitOf([eventOf('a', 1, { payload: { count: 9 } })]));
  const twice = journal.append(commitOf([eventOf('b', 1, { eventId: 'a-2' })], { uniqueEventIds: true }));

  await expect(gap).rejects.toMatchObject(refused('VERSION_GAP', { expectedVersion: 3, actualVersion: 2 }));
  await expect(partly).rejects.toMatchObject(
    refused('CONCURRENCY_CONFLICT', { alreadyStored: [{ aggregateId: 'a', aggregateVersion: 2 }] }),
  );
  await expect(changed).rejects.toMatchObject(refused('IDEMPOTENCY_MISMATCH', { eventId: 'a-1' }));
  await expect(twice).rejects.toMatchObject(refused('DUPLICATE_EVENT_ID', { aggregateId: 'a', aggregateVersion: 2 }));
  expect((await journal.feedHead())?.position).toBe('2');
});

test('a writer that waits for a lock does not stall the event loop', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('warm', 1)]));
  const lock = holdWriteLock(journal.path);
  let settled = false;
  const appending = journal.append(commitOf([eventOf('a', 1)])).finally(() => {
    settled = true;
  });

  for (let turn = 0; turn < 1_000; turn++) await immediate();
  const version = await journal.getVersion('a');
  const settledUnderLock = settled;
  lock.exec('ROLLBACK');
  await appending;

  expect([version, settledUnderLock]).toEqual([0, false]);
  expect(await journal.getVersion('a')).toBe(1);
});

test('reads that follow each other without a pause do not keep an append from being acknowledged', async () => {
  const journal = openJournal();
  let acknowledged = false;
  const appending = journal.append(commitOf([eventOf('a', 1)])).then(() => {
    acknowledged = true;
  });

  while (!acknowledged) await readAll(journal, 'a');
  await appending;

  expect(await journal.getVersion('a')).toBe(1);
});

test('an append is refused as unavailable when the lock is not to be had in time', async () => {
  const journal = openJournal({ busyTimeoutMs: 20 });
  const lock = holdWriteLock(journal.path);
  const commit = commitOf([eventOf('a', 1)]);

  const appends = await Promise.allSettled([journal.append(commit), journal.records.put('key', 1, null)]);
  lock.exec('ROLLBACK');

  for (const append of appends) {
    expect(append).toMatchObject({ reason: refused('STORE_UNAVAILABLE', { reason: 'busy' }) });
  }
  expect(await journal.getVersion('a')).toBe(0);
  expect(await journal.records.get('key')).toBeUndefined();
  expect(await journal.append(commit)).toMatchObject({ replayed: false });
});

test('a full disk refuses what does not fit, and nothing else of the same group', async () => {
  const journal = openJournal({ fileBytesMax: 256 * 1024 });
  await journal.append(commitOf([eventOf('small', 1)]));
  const large = commitOf([eventOf('large', 1, { payload: { text: 'x'.repeat(1024 * 1024) } })]);

  const results = await Promise.allSettled([
    journal.append(commitOf([eventOf('small', 2)])),
    journal.append(large),
    journal.append(commitOf([eventOf('small', 3)])),
  ]);

  expect(results[1]).toMatchObject({ reason: refused('STORE_UNAVAILABLE', { reason: 'disk-full' }) });
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await journal.getVersion('large')).toBe(0);
  expect(await journal.getVersion('small')).toBe(3);
  expect(await journal.checkIntegrity()).toEqual([]);
});

test('an append whose writer dies is ambiguous, and the same append settles it', async () => {
  const journal = openJournal();
  const worker = await workerOf(() => journal.append(commitOf([eventOf('a', 1)])));
  await expect.poll(() => journal.getVersion('a')).toBe(1);
  const lock = holdWriteLock(journal.path);
  const commit = commitOf([eventOf('a', 2)]);

  const appending = journal.append(commit);
  await immediate();
  await worker.terminate();

  await expect(appending).rejects.toMatchObject({ code: 'AMBIGUOUS_COMMIT', details: { aggregateIds: ['a'] } });
  lock.exec('ROLLBACK');
  expect(await journal.append(commit)).toEqual({ replayed: false, receipts: [commit.receipt] });
  expect(journal.writerStats.starts).toBe(2);
});

test('an append whose writer dies is looked up, and succeeds if it is stored', async () => {
  const journal = openJournal();
  const stored = commitOf([eventOf('a', 1)]);
  const worker = await workerOf(() => journal.append(stored));
  await expect.poll(() => journal.getVersion('a')).toBe(1);
  const lock = holdWriteLock(journal.path);

  const appends = [journal.append(stored), journal.append(commitOf([eventOf('a', 1)]))];
  await immediate();
  await worker.terminate();
  const results = await Promise.all(appends);
  lock.exec('ROLLBACK');

  expect(results).toEqual([
    { replayed: false, receipts: [stored.receipt] },
    { replayed: true, receipts: [stored.receipt] },
  ]);
});

test.each([
  ['before its first append', 0],
  ['behind its first append', 1],
])('a file that is moved away %s is written no more, and no new one is begun', async (_when, appends) => {
  const journal = openJournal();
  if (appends === 1) await journal.append(commitOf([eventOf('a', 1)]));
  renameSync(journal.path, `${journal.path}.moved`);

  const appending = journal.append(commitOf([eventOf('a', appends + 1)]));

  await expect(appending).rejects.toMatchObject(refused('STORE_UNAVAILABLE', { reason: 'file-moved' }));
  expect(readdirSync(dirname(journal.path))).not.toContain('nexus.db');
  expect(await journal.getVersion('a')).toBe(appends);
});

test('long aggregates are read in pages, in both directions, up to where the read began', async () => {
  const journal = openJournal();
  await journal.append(commitOf(eventsOf('a', 1, 1_200)));

  const forward: number[] = [];
  for await (const page of journal.readAggregate('a', { fromVersion: 1, direction: 'forward' })) {
    if (forward.length === 0) await journal.append(commitOf(eventsOf('a', 1_201, 1_300)));
    forward.push(...page.map(({ aggregateVersion }) => aggregateVersion));
  }
  const backward: number[] = [];
  const range = { fromVersion: 3, toVersion: 1_200, direction: 'backward', limit: 1_100 } as const;
  for await (const page of journal.readAggregate('a', range)) {
    expect(page.length).toBeLessThanOrEqual(512);
    backward.push(...page.map(({ aggregateVersion }) => aggregateVersion));
  }

  expect(forward).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
  expect(backward).toEqual(Array.from({ length: 1_100 }, (_, index) => 1_200 - index));
});

test('large events make small pages, behind the first', async () => {
  const journal = openJournal();
  const payload = { text: 'x'.repeat(400 * 1024) };
  await journal.append(commitOf(Array.from({ length: 32 }, (_, index) => eventOf('a', index + 1))));
  await journal.append(commitOf(Array.from({ length: 7 }, (_, index) => eventOf('a', index + 33, { payload }))));

  const sizes: number[] = [];
  for await (const page of journal.readAggregate('a', { fromVersion: 1, direction: 'forward' }))
    sizes.push(page.length);

  expect(sizes).toEqual([32, 3, 3, 1]);
});

test('pages of a temporal query hold what was committed before the first of them', async () => {
  const journal = openJournal();
  const range = {
    eventType: 'Counted',
    startTime: '2026-01-01T00:00:00.000Z',
    endTime: '2026-12-31T00:00:00.000Z',
    limit: 3,
  };
  for (const id of ['b', 'a', 'c', 'd']) await journal.append(commitOf([eventOf(id, 1)]));

  const first = await journal.queryByTime(range);
  await journal.append(commitOf([eventOf('bb', 1), eventOf('e', 1)]));
  const second = await journal.queryByTime({ ...range, after: first.events.at(-1), snapshot: first.snapshot });

  expect([first, second].map(({ events, more }) => [...events.map(({ aggregateId }) => aggregateId), more])).toEqual([
    ['a', 'b', 'c', true],
    ['d', false],
  ]);
  expect([first.scannedThrough, second.scannedThrough]).toEqual([first.events[0]?.timestamp, range.endTime]);
});

test('a read leaves no statement open between its pages', async () => {
  const journal = openJournal();
  await journal.append(commitOf(eventsOf('a', 1, 1_100)));
  const pages = journal.readFeed({ follow: false })[Symbol.asyncIterator]();
  await pages.next();

  const other = new DatabaseSync(journal.path);
  const [busy] = Object.values(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {});
  other.close();
  await pages.return?.();

  expect(busy).toBe(0);
});

test('the feed hands out what is appended while it follows, and ends without an error', async () => {
  const journal = openJournal();
  const stop = new AbortController();
  const seen: string[] = [];

  for await (const page of journal.readFeed({ follow: true, signal: stop.signal })) {
    seen.push(...page.map(({ event, position }) => `${position} ${event.aggregateId}`));
    if (seen.length === 3) stop.abort();
    else if (page.length === 0) void journal.append(commitOf([eventOf(`a${seen.length}`, 1)]));
  }

  expect(seen).toEqual(['1 a0', '2 a1', '3 a2']);
  expect(await journal.feedDigestAt('2')).toBe((await readAll(journal, 'a1'))[0]?.recorded.digest);
  expect(await journal.feedDigestAt('4')).toBeUndefined();
  expect(await journal.feedDigestAt('zero')).toBeUndefined();
});

test('an append of this journal wakes a follower without a poll', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('a', 1)]));
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const pages = journal.readFeed({ after: '1', follow: true })[Symbol.asyncIterator]();
  await pages.next();

  const waiting = pages.next();
  await journal.append(commitOf([eventOf('a', 2)]));
  const page = await waiting;

  expect(page.value?.map(({ position }: { position: string }) => position)).toEqual(['2']);
});

test('records are written only over the revision that was expected', async () => {
  const { records } = openJournal();

  const created = await records.put('key', { a: 1 }, null);
  const outcomes = [
    await records.put('key', 2, null),
    await records.put('key', 2, 'another'),
    await records.put('absent', 2, 'another'),
    await records.delete('key', 'another'),
  ];
  const updated = await records.put('key', { a: 2 }, created ?? '');

  expect(outcomes).toEqual([undefined, undefined, undefined, false]);
  expect(await records.get('key')).toEqual({ key: 'key', value: { a: 2 }, revision: updated });
  expect(updated).not.toBe(created);
  expect(await records.delete('key', updated ?? '')).toBe(true);
  expect(await records.get('key')).toBeUndefined();
});

test('records are listed by the bytes of their keys, and only those under the prefix', async () => {
  const { records } = openJournal();
  const under = Array.from({ length: 150 }, (_, index) => `p/${String(index).padStart(3, '0')}`);
  for (const key of ['p', 'p.', 'p0', 'q/1', 'p/😀', 'p/\uffff', ...under]) await records.put(key, key, null);

  const keys: string[] = [];
  for await (const { key } of records.list('p/')) keys.push(key);

  expect(keys).toEqual([...under, 'p/\uffff', 'p/😀']);
});

test('closing finishes what was accepted, leaves one file, and refuses what comes after', async () => {
  const journal = openJournal();
  const accepted = Array.from({ length: 10 }, (_, index) => journal.append(commitOf([eventOf(`a${index}`, 1)])));

  await Promise.all([journal.close(), journal.close()]);

  await Promise.all(accepted);
  expect(readdirSync(dirname(journal.path))).toEqual(['nexus.db']);
  for (const call of [
    () => journal.append(commitOf([eventOf('late', 1)])),
    () => journal.getVersion('a1'),
    () => readAll(journal, 'a1'),
    () => journal.records.get('key'),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  }
});

test('closing ends those who follow the feed', async () => {
  const journal = openJournal();
  const pages = journal.readFeed({ follow: true })[Symbol.asyncIterator]();
  await pages.next();

  const waiting = pages.next();
  await journal.close();

  expect((await waiting).done).toBe(true);
});

test('closing ends those who are about to read the feed', async () => {
  const journal = openJournal();
  const pages = journal.readFeed({ follow: true })[Symbol.asyncIterator]();
  await journal.getVersion('a');
  // Reads that hold the event loop for so long let others have a turn first.
  const begin = performance.now();
  while (performance.now() - begin < 6);

  const reading = pages.next();
  await journal.close();

  expect((await reading).done).toBe(true);
});

test('closing fails a read of the feed that has not come to its end', async () => {
  const journal = openJournal();
  await journal.append(commitOf(eventsOf('a', 1, 1_100)));
  const pages = journal.readFeed({ follow: false })[Symbol.asyncIterator]();
  await pages.next();

  await journal.close();

  await expect(pages.next()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

test('a wide append that is repeated gets its one receipt, once', async () => {
  const journal = openJournal();
  const ids = Array.from({ length: 2_000 }, (_, index) => `aggregate-${index}`);
  const commit = commitOf(ids.map((id) => eventOf(id, 1)));
  await journal.append(commit);

  const repeated = await journal.append(commit);

  expect(repeated).toEqual({ replayed: true, receipts: [commit.receipt] });
});
