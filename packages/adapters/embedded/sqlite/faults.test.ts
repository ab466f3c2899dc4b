import { chmodSync, closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqliteEventStore } from '../SqliteEventStore.ts';
import { commitOf, eventOf, eventsOf } from './testing/commits.ts';
import { openJournal, readAll, temporaryFolder } from './testing/fixtures.ts';
import { canRunAsNobody, runAsNobody } from './testing/runAsNobody.ts';
import { integerBetween, seededRandom } from './testing/seededRandom.ts';
import { smallDisk } from './testing/smallDisk.ts';

function openStore(path: string): SqliteEventStore {
  const store = new SqliteEventStore({ path });
  onTestFinished(() => store.close());
  return store;
}

describe('a disk that becomes full while many append', () => {
  test('lets each append be acknowledged and whole, or refused and without a trace', async (context) => {
    const folder = smallDisk('3m');
    if (folder === undefined) return context.skip('this user may not mount a small file system');
    const journal = openJournal({ path: join(folder, 'nexus.db') });
    const random = seededRandom('full disk');
    const appends = Array.from({ length: 64 }, (_, index) => {
      const payload = { text: 'x'.repeat(integerBetween(random, 100, 60_000)) };
      return [eventOf(`a${index}`, 1, { payload }), eventOf(`a${index}`, 2, { payload }), eventOf(`b${index}`, 1)];
    });

    const outcomes = await Promise.allSettled(appends.map((events) => journal.append(commitOf(events))));

    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(64);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'disk-full' } });
    }
    for (const [index, { status }] of outcomes.entries()) {
      const versions = [await journal.getVersion(`a${index}`), await journal.getVersion(`b${index}`)];
      expect(versions).toEqual(status === 'fulfilled' ? [2, 1] : [0, 0]);
    }
    expect(await journal.checkIntegrity()).toEqual([]);
    await journal.close();
  });
});

/** A closed store of many pages, and its file's bytes. */
async function closedStore(): Promise<{ readonly path: string }> {
  const path = join(temporaryFolder(), 'nexus.db');
  const store = new SqliteEventStore({ path });
  const events = eventsOf('a', 1, 500).map((event) => ({ ...event, payload: { note: `note ${event.eventId}.` } }));
  await store.append(events);
  await store.append([eventOf('b', 1)]);
  await store.close();
  return { path };
}

/** Where the first page of a table begins in the file, and the bytes of a page. */
function firstPageOf(path: string, table: string): { readonly position: number; readonly bytes: number } {
  const database = new DatabaseSync(path);
  const bytes = Number(database.prepare('PRAGMA page_size').get()?.page_size);
  const number = Number(database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.rootpage);
  database.close();
  return { position: (number - 1) * bytes, bytes };
}

function overwrite(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

describe('a damaged page', () => {
  test('is found by verify, and whatever needs it says that the store is corrupt', async () => {
    const { path } = await closedStore();
    const { position, bytes } = firstPageOf(path, 'events');
    overwrite(path, position, new Uint8Array(bytes).fill(0xff));
    const store = openStore(path);

    const report = await store.verify();
    const tries = await Promise.allSettled([
      store.getEvents('a'),
      store.getReceipt('a', 1),
      store.findByEventId('a-1'),
      store.append([eventOf('a', 501)]),
    ]);

    expect(report).toMatchObject({ clean: false });
    expect(new Set(report.findings.map(({ rule }) => rule))).toEqual(new Set(['storage']));
    expect(tries.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(tries.map(() => 'CORRUPT_STORE'));
  });

  test('fails only those writes that need it, and no other of the same group', async () => {
    const { path } = await closedStore();
    const { position, bytes } = firstPageOf(path, 'events');
    overwrite(path, position, new Uint8Array(bytes).fill(0xff));
    const journal = openJournal({ path });

    const outcomes = await Promise.allSettled([
      journal.records.put('before', 1, null),
      journal.append(commitOf([eventOf('a', 501)])),
      journal.records.put('behind', 2, null),
    ]);

    expect(outcomes[1]).toMatchObject({ reason: { code: 'CORRUPT_STORE' } });
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await journal.records.get('before')).toMatchObject({ value: 1 });
    expect(await journal.records.get('behind')).toMatchObject({ value: 2 });
  });

  test('whose text alone has changed is found by the digest of its event', async () => {
    const { path } = await closedStore();
    const position = readFileSync(path).indexOf('note a-250.');
    overwrite(path, position, Buffer.from('Note'));
    const store = openStore(path);

    const { clean, findings } = await store.verify();

    expect(clean).toBe(false);
    expect(findings.map(({ rule, aggregateVersion }) => ({ rule, aggregateVersion }))).toEqual([
      { rule: 'digest', aggregateVersion: 250 },
    ]);
  });
});

/** Keeps the event loop from turning until the condition holds, for 10 s at most. */
function blockEventLoopUntil(condition: () => boolean): void {
  const deadline = performance.now() + 10_000;
  while (!condition()) if (performance.now() > deadline) throw new RangeError('the event loop was blocked in vain');
}

describe('an event loop that is blocked', () => {
  test('does not keep the writer from storing, and every append is acknowledged once it turns again', async () => {
    const journal = openJournal();
    await journal.append(commitOf([eventOf('warm', 1)]));
    const other = new DatabaseSync(journal.path);
    const count = other.prepare('SELECT count(*) AS events FROM events');
    const appends = Array.from({ length: 64 }, (_, index) => commitOf([eventOf(`a${index}`, 1)]));

    const appending = Promise.all(appends.map((commit) => journal.append(commit)));
    await new Promise((resolve) => setImmediate(resolve));
    blockEventLoopUntil(() => count.get()?.events === 65);
    other.close();
    const results = await appending;

    expect(results).toEqual(appends.map(({ receipt }) => ({ replayed: false, receipts: [receipt] })));
  });

  test('costs a follower of the feed nothing that was appended meanwhile', async () => {
    const journal = openJournal();
    const writer = openJournal({ path: journal.path });
    const stop = new AbortController();
    const other = new DatabaseSync(journal.path);
    const count = other.prepare('SELECT count(*) AS events FROM events');
    const seen: string[] = [];

    for await (const page of journal.readFeed({ follow: true, signal: stop.signal })) {
      seen.push(...page.map(({ event }) => event.eventId));
      if (page.length === 0 && seen.length === 0) {
        const appending = Array.from({ length: 20 }, (_, index) => writer.append(commitOf([eventOf(`a${index}`, 1)])));
        await new Promise((resolve) => setImmediate(resolve));
        blockEventLoopUntil(() => count.get()?.events === 20);
        await Promise.all(appending);
      }
      if (seen.length >= 20) stop.abort();
    }
    other.close();

    expect(seen.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `a${index}-1`).toSorted());
  });
});

test('a file whose write-ahead log was cut in the middle of an append keeps every append before it, and nothing of that one', async () => {
  const journal = openJournal();
  await journal.append(commitOf(eventsOf('a', 1, 3)));
  await journal.append(
    commitOf(eventsOf('a', 4, 6).map((event) => ({ ...event, payload: { text: 'x'.repeat(9_000) } }))),
  );
  const [file, log] = [readFileSync(journal.path), readFileSync(`${journal.path}-wal`)];
  const path = join(temporaryFolder(), 'nexus.db');
  writeFileSync(path, file);
  writeFileSync(`${path}-wal`, log.subarray(0, log.length - 5_000));

  const recovered = openJournal({ path });

  expect((await readAll(recovered, 'a')).map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 2, 3]);
  expect(await recovered.checkIntegrity()).toEqual([]);
  expect(await recovered.append(commitOf([eventOf('a', 4)]))).toMatchObject({ replayed: false });
});

const APPEND_AFTER_CHMOD = `
  import { chmodSync } from 'node:fs';
  import { commitOf, eventOf } from '${join(import.meta.dirname, 'testing/commits.ts')}';
  const [, path] = process.argv;
  const journal = new SqliteJournal({ path });
  chmodSync(path, 0o444);
  const refused = await journal.append(commitOf([eventOf('a', 1)])).catch((error) => error);
  console.log(refused.code, refused.details?.reason, await journal.getVersion('a'));
  chmodSync(path, 0o644);
  await journal.append(commitOf([eventOf('a', 1)]));
  console.log(await journal.getVersion('a'));
  await journal.close();`;

test('a file that becomes read-only while it is open refuses appends, is read, and is written again once it may be', (context) => {
  if (!canRunAsNobody()) return context.skip('no other user may read this checkout');
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);

  const printed = runAsNobody(APPEND_AFTER_CHMOD, join(folder, 'nexus.db'));

  expect(printed.trim().split('\n')).toEqual(['STORE_UNAVAILABLE read-only 0', '1']);
});

test('a writer that dies before it is ready has stored nothing, and the next append starts another', async () => {
  const journal = openJournal();
  const commit = commitOf([eventOf('a', 1)]);
  process.once('worker', (worker) => worker.terminate());

  await expect(journal.append(commit)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    details: { reason: 'writer-not-started' },
  });

  expect(await journal.getVersion('a')).toBe(0);
  expect(await journal.append(commit)).toEqual({ replayed: false, receipts: [commit.receipt] });
  expect(journal.writerStats.starts).toBe(2);
});
