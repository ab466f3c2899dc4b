import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { readAudit } from './readAudit.ts';
import { auditFolder, filesOf, openLog, recordAll } from './testing/auditFolders.ts';
import { recordOf } from './testing/recordOf.ts';
import { verifyAudit } from './verifyAudit.ts';

interface Child {
  readonly process: ChildProcess;
  /** What it has printed until now. */
  readonly lines: string[];
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

interface Conditions {
  /** Most blocks of 512 bytes that a file may have. */
  readonly blocksMax?: number;
  readonly uid?: number;
}

function start(parameters: readonly (string | number)[], { blocksMax, uid }: Conditions = {}): Child {
  const script = join(import.meta.dirname, 'testing/child-process.ts');
  const words = [process.execPath, script, ...parameters.map(String)];
  const [command = '', ...rest] = blocksMax === undefined ? words : limited(words, blocksMax);
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid }),
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { process: child, lines, ended: once(child, 'close').then(([code]) => code) };
}

/** A file that grows beyond the limit fails as one on a full disk does: a part of the write is done. */
function limited(words: readonly string[], blocksMax: number): string[] {
  return ['sh', '-c', `ulimit -f ${blocksMax}; exec "$@"`, 'sh', ...words];
}

async function countsOf(folder: string, writer: string): Promise<number[]> {
  const counts: number[] = [];
  for await (const { details } of readAudit(folder))
    if (details.writer === writer) counts.push(details.count as number);
  return counts;
}

it('of a process that is killed while it records, every record that it was told of is there', async () => {
  const folder = auditFolder();

  for (let round = 0; round < 5; round++) {
    const child = start([folder, `w${round}`, 1_000_000, 3]);
    await expect.poll(() => child.lines.length, { timeout: 10_000, interval: 2 }).toBeGreaterThan(30 + 17 * round);
    child.process.kill('SIGKILL');
    await child.ended;
    const told = child.lines.map(Number);
    expect((await countsOf(folder, `w${round}`)).slice(0, told.length)).toEqual(told);
  }

  const { clean, chains } = await verifyAudit(folder);
  expect({ clean, chains }).toEqual({ clean: true, chains: 1 });
  await recordAll(folder, 1, 1);
  expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
}, 30_000);

it('processes that record at once write a chain each, and later ones go on with these', async () => {
  const folder = auditFolder();

  for (const round of [1, 2]) {
    const children = [1, 2, 3, 4].map((number) => start([folder, `${round}-${number}`, 100, 10]));
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
  }

  const expected = Array.from({ length: 100 }, (_, count) => count);
  for (const round of [1, 2]) {
    for (const number of [1, 2, 3, 4]) expect(await countsOf(folder, `${round}-${number}`)).toEqual(expected);
  }
  const { clean, chains, lines, findingsTotal } = await verifyAudit(folder);
  expect({ clean, lines, findingsTotal }).toEqual({ clean: true, lines: 800, findingsTotal: 0 });
  expect(chains).toBeLessThanOrEqual(8);
}, 30_000);

it('a full disk refuses records, leaves no torn line, and what was told of is there', async () => {
  const folder = auditFolder();

  const child = start([folder, 'w', 60, 4], { blocksMax: 20 });
  const code = await child.ended;

  const told = child.lines.filter((line) => !line.startsWith('refused')).map(Number);
  expect(code).toBe(0);
  expect(child.lines.length).toBe(60);
  expect(told.length).toBeGreaterThan(4);
  expect(child.lines.at(-1)).toMatch(/refused: EFBIG/);
  expect(await countsOf(folder, 'w')).toEqual(told);
  expect(await verifyAudit(folder)).toMatchObject({ clean: true, findingsTotal: 0, lines: told.length });
  const log = openLog(folder);
  await log.record(recordOf(1));
  expect(filesOf(folder)).toHaveLength(1);
}, 30_000);

it('a folder that may not be written refuses records', async () => {
  const folder = auditFolder();
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  chmodSync(dirname(folder), 0o755);

  // The superuser may write everywhere.
  const child = start([folder, 'w', 2], process.getuid?.() === 0 ? { uid: 65_534 } : {});
  await child.ended;

  expect(child.lines).toHaveLength(2);
  for (const line of child.lines) expect(line).toMatch(/refused: EACCES/);
  expect(readdirSync(folder)).toEqual([]);
}, 30_000);
