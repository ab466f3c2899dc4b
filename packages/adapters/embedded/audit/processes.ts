import { hash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, by what no later process on the same host shares with it. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in what unit the platform has; `0` where the platform does not say. */
  readonly start: string;
  /** A digest of the host's name and of the container's space of pids, where there is one. */
  readonly host: string;
}

/** Fields of `/proc/PID/stat` behind the command's name, which may hold anything. */
const STATE_FIELD = 0;
const START_FIELD = 19;

/** The process that runs this. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, start: statOf(process.pid)?.start ?? '0', host: hostMark() };
}

/**
 * Whether a process has certainly ended. Of another host's processes nobody can say, and they count as running. A pid
 * that a new process has got is recognised by its start, on Linux.
 */
export function hasEnded({ pid, start, host }: ProcessMark): boolean {
  if (host !== hostMark()) return false;
  if (!exists(pid)) return true;
  const stat = statOf(pid);
  return stat !== undefined && (stat.start !== start || stat.state === 'Z');
}

/** Containers may share a name and a folder, and each has a process 1. */
function hostMark(): string {
  return hash('sha256', `${hostname()} ${pidSpace()}`, 'hex').slice(0, 16);
}

function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process refuses the signal, and so exists.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function statOf(pid: number): { state: string | undefined; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[STATE_FIELD], start: fields[START_FIELD] ?? '0' };
  } catch {
    return undefined;
  }
}
