import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Figures, Group, Repetition } from './Group.ts';
import { SCRATCH } from './machine.ts';

const STRACE_FLAGS = ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=fsync,fdatasync', '-o'];

/** Runs one repetition in a new process, on a new file. */
export function runRepetition(group: Group, repetition: Repetition): Figures {
  return inNewFolder((folder) => run(process.execPath, parametersOf(group, repetition, folder)));
}

/** Syncs of the disk for each transaction, counted by `strace` in a repetition that is not timed. */
export function syncsPerCommit(group: Group, repetition: Repetition): number {
  return inNewFolder((folder) => {
    const trace = join(folder, 'trace');
    const parameters = parametersOf(group, repetition, folder);
    const { commits = 0 } = run('strace', [...STRACE_FLAGS, trace, process.execPath, ...parameters]);
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

function parametersOf(group: Group, { contender, work, storedEvents }: Repetition, folder: string): string[] {
  return [group.process, contender, work, folder, String(storedEvents)];
}

function run(command: string, parameters: readonly string[]): Figures {
  return JSON.parse(execFileSync(command, parameters, { encoding: 'utf8' })) as Figures;
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
