import { DatabaseSync } from 'node:sqlite';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { openJournal } from './testing/fixtures.ts';

test('records are written over the expected revision only, and removed', async () => {
  const { records } = openJournal();

  const first = await records.put('key', { a: 1 }, null);
  const refused = [await records.put('key', 2, null), await records.put('key', 2, 'other')];
  const second = await records.put('key', 2, first ?? '');
  const stored = await records.get('key');
  const removals = [await records.delete('key', first ?? ''), await records.delete('key', second ?? '')];

  expect(refused).toEqual([undefined, undefined]);
  expect(stored).toEqual({ key: 'key', value: 2, revision: second });
  expect(removals).toEqual([false, true]);
  expect(await records.get('key')).toBeUndefined();
});

test.each([99, 100, 101, 200])('%d records under a prefix are listed once each', async (count) => {
  const { records } = openJournal();
  const keys = Array.from({ length: count }, (_, index) => `p/${String(index).padStart(3, '0')}`);
  await Promise.all(['o', 'q', ...keys].map((key) => records.put(key, key, null)));

  const listed: unknown[] = [];
  for await (const { key, value } of records.list('p/')) listed.push([key, value]);

  expect(listed).toEqual(keys.map((key) => [key, key]));
});

test('a record of which it is unknown whether it was written is named, and what to do', async () => {
  const { records, path } = openJournal();
  const started = Promise.withResolvers<Worker>();
  process.once('worker', started.resolve);
  const revision = await records.put('key', 1, null);
  const lock = new DatabaseSync(path);
  lock.exec('BEGIN IMMEDIATE');

  const writing = records.put('key', 2, revision ?? '');
  await immediate();
  await (await started.promise).terminate();

  await expect(writing).rejects.toMatchObject({
    code: 'AMBIGUOUS_COMMIT',
    details: { aggregateIds: [] },
    message: expect.stringMatching(/record key was written.*read it again/),
  });
  lock.close();
  expect(await records.get('key')).toMatchObject({ value: 1, revision });
});

test('a record that cannot be written in time is unavailable', async () => {
  const { records, path } = openJournal({ busyTimeoutMs: 5 });
  const lock = new DatabaseSync(path);
  lock.exec('BEGIN IMMEDIATE');

  await expect(records.put('key', 1, null)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    details: { reason: 'busy' },
  });

  lock.close();
});

test('a record that holds no JSON is corrupt, and named', async () => {
  const { records, path } = openJournal();
  const other = new DatabaseSync(path);
  other.exec("INSERT INTO records VALUES ('key', '{', 'r')");
  other.close();

  await expect(records.get('key')).rejects.toMatchObject({ code: 'CORRUPT_STORE', details: { where: 'Record key' } });
});
