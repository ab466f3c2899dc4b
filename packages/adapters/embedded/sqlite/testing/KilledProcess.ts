import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'writing-process.ts');

export interface WritingProcess {
  readonly path: string;
  /** Of what the writers append. */
  readonly seed: string;
  /** From each writer to the number of the append that it begins with. */
  readonly firsts: Readonly<Record<string, number>>;
}

/** When a process is killed: that long after it has printed that many lines. */
export interface KillPoint {
  readonly lines: number;
  /** In ms. */
  readonly delayMs: number;
}

/**
 * Runs `writing-process.ts` until it is killed with SIGKILL, which no code of its own can notice. Compiled code is kept
 * beside the store, because most of a process's life would else be the compiler's.
 *
 * @returns the lines that it had printed whole
 * @throws AssertionError - the process ended by itself, with what it printed to stderr
 */
export async function runUntilKilled(
  { path, seed, firsts }: WritingProcess,
  { lines, delayMs }: KillPoint,
): Promise<string[]> {
  const child = spawn(process.execPath, [SCRIPT, path, seed, JSON.stringify(firsts)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(path), 'compiled') },
  });
  let [printed, complaint, isDue] = ['', '', false];
  child.stderr.on('data', (data) => {
    complaint += data;
  });
  child.stdout.on('data', (data) => {
    printed += data;
    if (isDue || printed.split('\n').length <= lines) return;
    isDue = true;
    setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  const [code, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', `The process ended by itself with ${code}: ${complaint}${printed}`);
  return printed.split('\n').slice(0, -1);
}
