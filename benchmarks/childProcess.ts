import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

interface MeasuredProcess {
  /** From its start to its end. */
  readonly seconds: number;
  /** What it wrote to standard output. */
  readonly out: string;
  /** Most memory that it had, in MiB; absent where the system does not say. */
  readonly memoryMiBMax?: number;
}

const SAMPLE_EVERY_MS = 50;

/** Runs a process of this Node and waits for its end, whatever its exit code: some commands say by it what they found. */
export async function measureProcess(parameters: readonly string[]): Promise<MeasuredProcess> {
  const start = performance.now();
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  let memoryMiBMax: number | undefined;
  const sampling = setInterval(() => {
    memoryMiBMax = memoryMiBMaxOf(child.pid) ?? memoryMiBMax;
  }, SAMPLE_EVERY_MS);
  try {
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const seconds = (performance.now() - start) / 1_000;
    return { seconds, out, ...(memoryMiBMax === undefined ? {} : { memoryMiBMax }) };
  } finally {
    clearInterval(sampling);
  }
}

/** The most memory that a process has had so far, in MiB, as Linux says; elsewhere nobody does. */
export function memoryMiBMaxOf(pid: number | 'self' | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1_024);
  } catch {
    return undefined;
  }
}
