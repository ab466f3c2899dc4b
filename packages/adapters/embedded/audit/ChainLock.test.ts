import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ChainLock } from './ChainLock.ts';
import { thisProcess } from './processes.ts';
import { auditFolder } from './testing/auditFolders.ts';

function emptyFolder(): string {
  const folder = auditFolder();
  mkdirSync(folder);
  return folder;
}

function locksIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.lock'));
}

it('is held once at a time within a process, and again when it was given back', async () => {
  const folder = emptyFolder();

  const first = await ChainLock.take(folder, 'c1');
  const second = await ChainLock.take(folder, 'c1');
  const other = await ChainLock.take(folder, 'c2');
  const { held } = await ChainLock.survey(folder);
  await first?.release();
  const third = await ChainLock.take(folder, 'c1');

  expect([first, second, other, third].map((lock) => lock?.chain)).toEqual(['c1', undefined, 'c2', 'c1']);
  expect(held).toEqual(new Set(['c1', 'c2']));
});

it('is not taken from a process that runs, and is when that was killed', async () => {
  const folder = emptyFolder();
  const child = spawn(process.execPath, [
    join(import.meta.dirname, 'testing/child-process.ts'),
    folder,
    'w',
    '1000000',
  ]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  const [name = ''] = locksIn(folder);
  const chain = name.split('.')[0] ?? '';

  const whileItRuns = await ChainLock.take(folder, chain);
  const left = locksIn(folder);
  child.stdout.resume();
  child.kill('SIGKILL');
  await once(child, 'close');
  const afterwards = await ChainLock.take(folder, chain);

  expect(whileItRuns).toBeUndefined();
  expect(left).toEqual([name]);
  expect(afterwards?.chain).toBe(chain);
  expect(locksIn(folder)).toHaveLength(1);
});

it.skipIf(process.platform !== 'linux')('is taken from a process whose pid another one has now', async () => {
  const folder = emptyFolder();
  const { pid, start, host } = thisProcess();
  writeFileSync(join(folder, `c1.${pid}-${Number(start) - 1}-${host}.lock`), '');

  const lock = await ChainLock.take(folder, 'c1');

  expect(lock?.chain).toBe('c1');
  expect(locksIn(folder)).toEqual([`c1.${pid}-${start}-${host}.lock`]);
});

it('is never taken from another host, of whose processes nobody can say', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, `c1.1-1-${'0'.repeat(16)}.lock`), '');

  const lock = await ChainLock.take(folder, 'c1');

  expect(lock).toBeUndefined();
  expect(await ChainLock.survey(folder)).toEqual({ held: new Set(['c1']), orphaned: new Set() });
});

it('knows when it has gone with its folder', async () => {
  const folder = emptyFolder();
  const lock = await ChainLock.take(folder, 'c1');

  renameSync(folder, `${folder}-away`);
  const away = await lock?.isHeld();
  renameSync(`${folder}-away`, folder);

  expect(away).toBe(false);
  expect(await lock?.isHeld()).toBe(true);
});
