import { access, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasEnded, type ProcessMark, thisProcess } from './processes.ts';

const LOCK_NAME = /^([A-Za-z0-9-]{1,64})\.(\d{1,10})-(\d{1,20})-([0-9a-f]{16})\.lock$/;

interface Lock {
  readonly name: string;
  readonly chain: string;
  readonly mark: ProcessMark;
}

/**
 * Holds a chain for this process: a file `CHAIN.PID-START-HOST.lock`, made exclusively. Its name tells holders apart,
 * so that nobody can take over a lock and remove another's that came in between. Of two who come at the same time the
 * later sees the earlier; both may give up, and never both hold.
 */
export class ChainLock {
  readonly chain: string;
  readonly #path: string;

  private constructor(chain: string, path: string) {
    this.chain = chain;
    this.#path = path;
  }

  /** The chains that somebody holds who may be running, and those whose holder has died. */
  static async survey(folder: string): Promise<{ held: ReadonlySet<string>; orphaned: ReadonlySet<string> }> {
    const held = new Set<string>();
    const orphaned = new Set<string>();
    for (const { chain, mark } of await locksIn(folder)) (hasEnded(mark) ? orphaned : held).add(chain);
    return { held, orphaned };
  }

  /**
   * @returns `undefined` where somebody holds the chain who may be running
   * @throws the file system's error
   */
  static async take(folder: string, chain: string): Promise<ChainLock | undefined> {
    const mark = thisProcess();
    const name = nameOf(chain, mark);
    const path = join(folder, name);
    if (!(await makeExclusively(path, { ...mark, hostname: hostname() }))) return undefined;
    const others = (await locksIn(folder)).filter((other) => other.chain === chain && other.name !== name);
    if (others.some(({ mark }) => !hasEnded(mark))) {
      await rm(path, { force: true });
      return undefined;
    }
    for (const stale of others) await rm(join(folder, stale.name), { force: true });
    return new ChainLock(chain, path);
  }

  /** False when the lock has gone, as with a folder that was moved or removed. */
  async isHeld(): Promise<boolean> {
    return access(this.#path).then(
      () => true,
      () => false,
    );
  }

  /** Never fails: what stays behind is stale once the process has ended. */
  async release(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }
}

async function makeExclusively(path: string, content: object): Promise<boolean> {
  try {
    await writeFile(path, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Disk full: the name exists all the same, and would hold the chain.
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

function nameOf(chain: string, { pid, start, host }: ProcessMark): string {
  return `${chain}.${pid}-${start}-${host}.lock`;
}

async function locksIn(folder: string): Promise<Lock[]> {
  const names = await readdir(folder);
  return names.map(parseName).filter((lock) => lock !== undefined);
}

function parseName(name: string): Lock | undefined {
  const [, chain, pid, start, host] = LOCK_NAME.exec(name) ?? [];
  if (chain === undefined || start === undefined || host === undefined) return undefined;
  return { name, chain, mark: { pid: Number(pid), start, host } };
}
