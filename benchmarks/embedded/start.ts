import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from '../machine.ts';
import { median } from '../table.ts';
import type { Measurement, Place } from './Work.ts';

const ROOT = join(import.meta.dirname, '../..');
/** A project with the built packages, as they are when npm has unpacked them. */
const PROJECT = join(SCRATCH, 'project');
const PACKAGES: readonly string[] = ['adapters', 'shared'];
const STARTS = 15;

/** Builds the packages and installs them as a project has them, with compiled modules alone. */
export function buildStart(say: (message: string) => void): void {
  say('Building the packages …');
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { cwd: ROOT, stdio: 'inherit' });
  rmSync(PROJECT, { recursive: true, force: true });
  for (const name of PACKAGES) {
    const target = join(PROJECT, 'node_modules/@nexus', name);
    cpSync(join(ROOT, 'packages', name, 'dist'), target, { recursive: true });
  }
  cpSync(join(import.meta.dirname, 'start'), PROJECT, { recursive: true });
}

/** From the start of a process to the append that it says is acknowledged, each on a new file. */
export async function start({ entry, folder }: Place): Promise<Measurement> {
  const program = join(PROJECT, entry.name === 'Nexus' ? 'nexus.mjs' : 'raw.mjs');
  const times: number[] = [];
  for (let turn = 0; turn < STARTS; turn++) times.push(await startOnce(program, join(folder, `${turn}.db`)));
  return { p50Ms: median(times) };
}

async function startOnce(program: string, path: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const time = performance.now() - began;
  const [code] = await ended;
  if (code !== 0) throw new RangeError(`${program} ended with ${code}`);
  return time;
}
