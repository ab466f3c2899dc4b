import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { commitOf, eventOf } from './testing/commits.ts';
import { openJournal, readAll, temporaryFolder } from './testing/fixtures.ts';
import { smallDisk } from './testing/smallDisk.ts';

interface Child {
  readonly process: ChildProcess;
  /** What it has printed until now. */
  readonly lines: string[];
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

function start(...parameters: readonly (string | number)[]): Child {
  const script = join(import.meta.dirname, 'testing/child-process.ts');
  const child = spawn(process.execPath, [script, ...parameters.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { process: child, lines, ended: once(child, 'close').then(([code]) => code) };
}

test('processes that make the same file at once agree on one store', async () => {
  const path = join(temporaryFolder(), 'nexus.db');

  const children = Array.from({ length: 6 }, () => start('open', path, 5));
  const codes = await Promise.all(children.map(({ ended }) => ended));

  expect(codes).toEqual(codes.map(() => 0));
  const ids = children.flatMap(({ lines }) => lines);
  expect(ids).toHaveLength(30);
  expect(new Set(ids).size).toBe(1);
}, 30_000);

test('of processes that race for the versions of one aggregate each version is taken once', async () => {
  const journal = openJournal();

  const children = Array.from({ length: 2 }, () => start('race', journal.path, 'a', 100));
  const codes = await Promise.all(children.map(({ ended }) => ended));

  expect(codes).toEqual([0, 0]);
  const taken = children.flatMap(({ lines }) => lines.map(Number)).toSorted((left, right) => left - right);
  expect(taken).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect((await readAll(journal, 'a')).map(({ aggregateVersion }) => aggregateVersion)).toEqual(taken);
  expect(await journal.checkIntegrity()).toEqual([]);
}, 30_000);

test('two processes that write without a pause both come to their turn', async () => {
  const journal = openJournal();
  const children = ['a', 'b'].map((id) => start('append', journal.path, id, 10_000));

  await expect
    .poll(() => Math.min(...children.map(({ lines }) => lines.length)), { timeout: 20_000 })
    .toBeGreaterThan(50);
  for (const { process } of children) process.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));

  expect(await journal.checkIntegrity()).toEqual([]);
}, 30_000);

test('what a process has acknowledged survives its being killed', async () => {
  const journal = openJournal();
  const child = start('append', journal.path, 'a', 10_000);
  await expect.poll(() => child.lines.length, { timeout: 20_000 }).toBeGreaterThan(20);

  child.process.kill('SIGKILL');
  await child.ended;

  const version = await journal.getVersion('a');
  const acknowledged = Number(child.lines.at(-1));
  expect([acknowledged, acknowledged + 1]).toContain(version);
  expect((await readAll(journal, 'a')).map(({ aggregateVersion }) => aggregateVersion)).toEqual(
    Array.from({ length: version }, (_, index) => index + 1),
  );
  expect(await journal.append(commitOf([eventOf('a', version + 1)]))).toMatchObject({ replayed: false });
}, 30_000);

test('a follower wakes when another process appends', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('own', 1)]));
  const stop = new AbortController();
  const seen: string[] = [];
  let child: Child | undefined;

  for await (const page of journal.readFeed({ follow: true, signal: stop.signal })) {
    seen.push(...page.map(({ event }) => event.eventId));
    if (page.length === 0) child ??= start('append', journal.path, 'other', 3);
    if (seen.length === 4) stop.abort();
  }

  expect(seen).toEqual(['own-1', 'other-1', 'other-2', 'other-3']);
  expect(await child?.ended).toBe(0);
}, 30_000);

test('a process that follows the feed and has an idle writer ends by itself', async () => {
  const script = `import { SqliteJournal } from '${join(import.meta.dirname, '../SqliteJournal.ts')}';
    const journal = new SqliteJournal({ path: process.argv[1] });
    await journal.records.put('key', 1, null);
    const pages = journal.readFeed({ follow: true })[Symbol.asyncIterator]();
    await pages.next();
    pages.next();
    console.log('follows');`;
  const path = join(temporaryFolder(), 'nexus.db');

  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script, path], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  });

  expect(printed.trim()).toBe('follows');
}, 30_000);

test('a disk that is really full refuses, loses nothing, and is written again once there is room', async (context) => {
  const folder = smallDisk('2m');
  if (folder === undefined) return context.skip('this user may not mount a small file system');
  const journal = openJournal({ path: join(folder, 'nexus.db') });
  const payload = { text: 'x'.repeat(100 * 1024) };
  const appended: number[] = [];

  let refusal: unknown;
  for (let version = 1; version <= 40 && refusal === undefined; version++) {
    const appending = journal.append(commitOf([eventOf('a', version, { payload })]));
    await appending.then(
      () => appended.push(version),
      (error: unknown) => {
        refusal = error;
      },
    );
  }

  expect(refusal).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'disk-full' } });
  expect((await readAll(journal, 'a')).map(({ aggregateVersion }) => aggregateVersion)).toEqual(appended);
  execFileSync('mount', ['-o', 'remount,size=16m', folder]);
  await journal.append(commitOf([eventOf('a', appended.length + 1, { payload })]));
  expect(await journal.checkIntegrity()).toEqual([]);
  await journal.close();
}, 30_000);
