import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Commit, RecordedEvent, TimeRange } from '@nexus/shared';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { EventReader } from './EventReader.ts';
import { FairTurns } from './FairTurns.ts';
import { appendRequestOf } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriteSession } from './WriteSession.ts';

interface Bench {
  readonly reader: EventReader;
  readonly database: DatabaseSync;
  store(commit: Commit): void;
}

/** A store that is written on this thread. */
function benchOf(): Bench {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const database = connect(path, { busyTimeoutMs: 0 });
  database.exec('PRAGMA synchronous = OFF');
  const session = new WriteSession(database);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  const reader = new EventReader(database, path, new FairTurns());
  const store = (commit: Commit) => {
    session.begin();
    session.apply(appendRequestOf(commit));
    session.commit();
  };
  return { reader, database, store };
}

async function pagesOf(pages: AsyncIterable<readonly RecordedEvent[]>): Promise<number[][]> {
  const versions: number[][] = [];
  for await (const page of pages) versions.push(page.map(({ aggregateVersion }) => aggregateVersion));
  return versions;
}

const sizesOf = (pages: number[][]) => pages.map(({ length }) => length);

const YEAR = { eventType: 'Counted', startTime: '2026-01-01T00:00:00.000Z', endTime: '2026-12-31T00:00:00.000Z' };

test('an event is read as it was stored, with what is recorded beside it, and nothing more', async () => {
  const { reader, store } = benchOf();
  const full = eventOf('a', 1, { aggregateType: 'Counter', metadata: { by: 'x' } });
  const commit = commitOf([full], { traceparent: '00-1-2-01', outOfOrder: true });
  const [commitEvent] = commit.events;
  store({ ...commit, events: commit.events.map((event) => ({ ...event, schemaVersion: '2' })) });
  const plain = commitOf([eventOf('b', 1)]);
  store(plain);

  const read = async (id: string) => {
    for await (const [event] of reader.readAggregate(id, { fromVersion: 1, direction: 'forward' })) return event;
    return undefined;
  };

  const { recordedAt } = commit;
  expect(await read('a')).toStrictEqual({
    ...full,
    recorded: {
      ...{ recordedAt, digest: commitEvent?.digest, schemaVersion: '2' },
      ...{ traceparent: '00-1-2-01', outOfOrder: true },
    },
  });
  expect(await read('b')).toStrictEqual({
    ...eventOf('b', 1),
    recorded: { recordedAt, digest: plain.events[0]?.digest },
  });
});

test('receipts of many events come in their order, each once, and none for what is not stored', () => {
  const { reader, store } = benchOf();
  const [first, second] = [commitOf(eventsOf('a', 1, 2)), commitOf([eventOf('b', 1), eventOf('a', 3)])];
  for (const commit of [first, second]) store(commit);

  const receipts = reader.receiptsOf(commitOf([eventOf('b', 1), ...eventsOf('a', 1, 4)]));

  expect(receipts).toEqual([second.receipt, first.receipt]);
  expect([reader.receiptOf('a', 2), reader.receiptOf('a', 4)]).toEqual([first.receipt, undefined]);
  expect([reader.versionOf('a'), reader.versionOf('c')]).toEqual([3, 0]);
});

test('a temporal query knows whether there is more behind its limit, and through when it has looked', async () => {
  const { reader, store } = benchOf();
  const times = [2, 3, 4].map((day) => `2026-01-0${day}T00:00:00.000Z`);
  store(commitOf(times.map((timestamp, index) => eventOf('a', index + 1, { timestamp }))));
  const query = (limit: number, more: Partial<TimeRange> = {}) => reader.queryByTime({ ...YEAR, limit, ...more });

  const pages = [await query(1), await query(3), await query(2, { startTime: '2026-02-01T00:00:00.000Z' })];

  expect(pages.map(({ events, more, scannedThrough }) => [events.length, more, scannedThrough])).toEqual([
    [1, true, times[0]],
    [3, false, YEAR.endTime],
    [0, false, YEAR.endTime],
  ]);
  expect(pages.map(({ settledThrough, snapshot }) => [settledThrough, snapshot])).toEqual(
    pages.map(() => [YEAR.endTime, '3']),
  );
});

test('a temporal query whose limit is just what there is, and a whole page, has no more', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 512)));

  const { events, more } = await reader.queryByTime({ ...YEAR, limit: 512 });

  expect([events.length, more]).toEqual([512, false]);
});

test('a temporal query sees what was stored at its snapshot', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 2)));

  const { events, snapshot } = await reader.queryByTime({ ...YEAR, limit: 10, snapshot: '1' });

  expect([events.length, snapshot]).toEqual([1, '1']);
});

test('a temporal query has both its ends, and those of no other type', async () => {
  const { reader, store } = benchOf();
  const times = ['2025-12-31T23:59:59.999Z', YEAR.startTime, YEAR.endTime, '2026-12-31T00:00:00.001Z'];
  store(commitOf(times.map((timestamp, index) => eventOf('!', index + 1, { timestamp }))));
  store(commitOf([eventOf('b', 1, { eventType: 'Other' })]));

  const { events } = await reader.queryByTime({ ...YEAR, limit: 10 });

  expect(events.map(({ timestamp }) => timestamp)).toEqual([YEAR.startTime, YEAR.endTime]);
});

test('a temporal query goes on behind the event that it is given, also within one moment', async () => {
  const { reader, store } = benchOf();
  store(commitOf([...eventsOf('a', 1, 600), ...eventsOf('b', 1, 405)]));

  const first = await reader.queryByTime({ ...YEAR, limit: 1_000 });
  const second = await reader.queryByTime({ ...YEAR, limit: 1_000, after: first.events.at(-1) });

  const ids = [...first.events, ...second.events].map(({ eventId }) => eventId);
  expect([first.events.length, first.more, second.events.length, second.more]).toEqual([1_000, true, 5, false]);
  expect(ids).toEqual([...eventsOf('a', 1, 600), ...eventsOf('b', 1, 405)].map(({ eventId }) => eventId));
});

test.each(['payload', 'metadata'])(
  'a temporal query of large %s ends early, and says that there is more',
  async (part) => {
    const { reader, store } = benchOf();
    const large = { text: 'x'.repeat(1024 * 1024) };
    store(commitOf(eventsOf('a', 1, 18).map((event) => ({ ...event, [part]: large }))));

    const first = await reader.queryByTime({ ...YEAR, limit: 100 });
    const second = await reader.queryByTime({ ...YEAR, limit: 100, after: first.events.at(-1) });

    expect([first.events.length, first.more, second.events.length, second.more]).toEqual([16, true, 2, false]);
  },
);

test('an empty store has no events at any time', async () => {
  const { reader } = benchOf();

  const page = await reader.queryByTime({ ...YEAR, limit: 10 });

  expect(page).toMatchObject({ events: [], more: false, scannedThrough: YEAR.endTime, snapshot: '0' });
  expect(await pagesOf(reader.scan(undefined))).toEqual([]);
});

test('an aggregate is read in pages of 32 and then 512, without an empty one, up to its limit', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 32 + 512)));
  const read = (range: { fromVersion: number; toVersion?: number; limit?: number }) =>
    pagesOf(reader.readAggregate('a', { direction: 'forward', ...range }));

  expect(sizesOf(await read({ fromVersion: 1 }))).toEqual([32, 512]);
  expect(sizesOf(await read({ fromVersion: 1, limit: 40 }))).toEqual([32, 8]);
  expect(await read({ fromVersion: 540, toVersion: 542 })).toEqual([[540, 541, 542]]);
  expect(await read({ fromVersion: 1, limit: 0 })).toEqual([]);
  expect(await read({ fromVersion: 545 })).toEqual([]);
});

test('an aggregate is read backward in pages, each behind the one before', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 1_000)));

  const pages = await pagesOf(reader.readAggregate('a', { fromVersion: 1, direction: 'backward' }));

  expect(sizesOf(pages)).toEqual([32, 512, 456]);
  expect(pages.flat()).toEqual(Array.from({ length: 1_000 }, (_, index) => 1_000 - index));
});

test('a read of an aggregate ends where it ended when the read began', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 40)));
  const versions: number[] = [];

  for await (const page of reader.readAggregate('a', { fromVersion: 1, direction: 'forward' })) {
    if (versions.length === 0) store(commitOf(eventsOf('a', 41, 50)));
    versions.push(...page.map(({ aggregateVersion }) => aggregateVersion));
  }

  expect(versions).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('a scan reads each event once, up to where it began', async () => {
  const { reader, store } = benchOf();
  store(commitOf([...eventsOf('!', 1, 600), ...eventsOf('b', 1, 424)]));
  const pages: number[] = [];

  for await (const page of reader.scan(undefined)) {
    if (pages.length === 0) store(commitOf(eventsOf('c', 1, 3)));
    pages.push(page.length);
  }

  expect(pages).toEqual([512, 512]);
});

test('an event id that many events have finds all of them, in the order of commits', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('b', 1, 600).map((event) => ({ ...event, eventId: 'same' }))));
  store(commitOf([eventOf('a', 1, { eventId: 'same' }), eventOf('a', 2)]));

  const found = await reader.findByEventId('same');

  expect([found.length, found[0]?.aggregateVersion, found.at(-1)?.aggregateId]).toEqual([601, 1, 'a']);
  expect(await reader.findByEventId('none')).toEqual([]);
});

test('an aborted signal ends a read at once, or between two pages, with its reason', async () => {
  const { reader, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 1_100)));
  const reads = {
    aggregate: (signal: AbortSignal) => reader.readAggregate('a', { fromVersion: 1, direction: 'forward', signal }),
    scan: (signal: AbortSignal) => reader.scan(signal),
  };
  const reason = new Error('enough');

  for (const read of Object.values(reads)) {
    await expect(pagesOf(read(AbortSignal.abort(reason)))).rejects.toBe(reason);
    const stop = new AbortController();
    const stopped = async () => {
      for await (const page of read(stop.signal)) if (page.length === 512) stop.abort(reason);
    };
    await expect(stopped()).rejects.toBe(reason);
  }
  const signal = AbortSignal.abort(reason);
  await expect(reader.queryByTime({ ...YEAR, limit: 1, signal })).rejects.toBe(reason);
  const stop = new AbortController();
  // In the turn between its second page and its third.
  setImmediate(() => setImmediate(() => stop.abort(reason)));
  await expect(reader.queryByTime({ ...YEAR, limit: 1_200, signal: stop.signal })).rejects.toBe(reason);
});

test('a row that no append can have stored is corrupt, and named', async () => {
  const { reader, database, store } = benchOf();
  store(commitOf(eventsOf('a', 1, 3)));
  database.exec("UPDATE events SET payload = '{' WHERE version = 2; UPDATE events SET receipt = '{' WHERE version = 1");

  const corrupt = (where: string) => ({
    ...{ code: 'CORRUPT_STORE', details: expect.objectContaining({ where }), cause: expect.any(Error) },
    message: expect.stringMatching(`${where} cannot be read.*restore a backup`),
  });
  await expect(reader.findByEventId('a-2')).rejects.toMatchObject(corrupt('Version 2 of a'));
  expect(() => reader.receiptOf('a', 3)).toThrow(expect.objectContaining(corrupt('The receipt at position 1')));
});
