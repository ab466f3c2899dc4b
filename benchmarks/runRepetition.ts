import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './embedded/works.ts';
import { SCRATCH } from './machine.ts';

/** What a process printed. */
export interface Printed extends Measurement {
  /** All transactions of the process, with those of the warm-up. */
  readonly commits: number;
}

export interface Repetition {
  readonly contender: string;
  readonly work: string;
  readonly storedEvents: number;
}

const STRACE_FLAGS = ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=fsync,fdatasync', '-o'];
const PROCESS = join(import.meta.dirname, 'embedded/repetition.ts');

/** Runs one repetition in a new process, on a new file. */
export function runRepetition(repetition: Repetition): Printed {
  return inNewFolder((folder) => run(process.execPath, parametersOf(repetition, folder)));
}

/** Syncs of the disk for each transaction, counted by `strace` in a repetition that is not timed. */
export function syncsPerCommit(repetition: Repetition): number {
  return inNewFolder((folder) => {
    const trace = join(folder, 'trace');
    const { commits } = run('strace', [...STRACE_FLAGS, trace, process.execPath, ...parametersOf(repetition, folder)]);
    const syncs = readFileSync(trace, 'utf8').match(/\bf(data)?sync\(/g)?.length ?? 0;
    return syncs / commits;
  });
}

export function hasStrace(): boolean {
  try {
    execFileSync('strace', [...STRACE_FLAGS, devNull, process.execPath, '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function parametersOf({ contender, work, storedEvents }: Repetition, folder: string): string[] {
  return [PROCESS, contender, work, folder, String(storedEvents)];
}

function run(command: string, parameters: readonly string[]): Printed {
  return JSON.parse(execFileSync(command, parameters, { encoding: 'utf8' })) as Printed;
}

function inNewFolder<Result>(use: (folder: string) => Result): Result {
  mkdirSync(SCRATCH, { recursive: true });
  const folder = mkdtempSync(join(SCRATCH, 'run-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
