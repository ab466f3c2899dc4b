import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock, LoggerPort } from '@nexus/shared';

/** Between the first change of an edit and its reading, so that an edit of several files is read as one. */
const SETTLE_MS = 200;
/** Between looks at a folder that cannot be watched, such as one that vanished. */
const RETRY_MS = 5_000;
const FOLDERS_MAX = 1_000;

/**
 * Calls `onChange` some time after something in a folder or its sub-folders changed. A folder that vanishes is looked
 * for until it is back. Keeps no process alive.
 *
 * @returns stops watching
 */
export function watchFolder(folder: string, clock: Clock, logger: LoggerPort, onChange: () => void): () => void {
  const watcher = new FolderWatcher(resolve(folder), clock, logger, onChange);
  watcher.start();
  return () => watcher.stop();
}

class FolderWatcher {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #logger: LoggerPort;
  readonly #onChange: () => void;
  readonly #stopped = new AbortController();
  #watchers: FSWatcher[] = [];
  #isSettling = false;
  /** What is lost is said once. */
  #isLost = false;
  #isLooking = false;

  constructor(folder: string, clock: Clock, logger: LoggerPort, onChange: () => void) {
    this.#folder = folder;
    this.#clock = clock;
    this.#logger = logger;
    this.#onChange = onChange;
  }

  /** Begins anew: folders come and go, and a watcher stays with the one that had its name. */
  start(): void {
    this.#release();
    if (this.#stopped.signal.aborted) return;
    try {
      this.#watchParent();
      // Node's own recursive watching misses a link that is replaced, which is how Kubernetes changes a mount.
      for (const folder of foldersBelow(this.#folder)) {
        this.#add(watch(folder, { persistent: false }, () => this.#touch()));
      }
      this.#isLost = false;
    } catch (error) {
      this.#lost(error);
    }
  }

  stop(): void {
    this.#stopped.abort();
    this.#release();
  }

  /** The folder may be a link that is set anew, or be replaced as a whole. */
  #watchParent(): void {
    const name = basename(this.#folder);
    const listener = (_: string, changed: string | null): void => {
      if (changed === null || changed === name) this.#touch();
    };
    this.#add(watch(dirname(this.#folder), { persistent: false }, listener));
  }

  #add(watcher: FSWatcher): void {
    watcher.on('error', (error) => this.#lost(error));
    this.#watchers.push(watcher);
  }

  #release(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #touch(): void {
    if (!this.#isSettling) void this.#settle();
  }

  async #settle(): Promise<void> {
    this.#isSettling = true;
    await this.#clock.sleep(SETTLE_MS, this.#stopped.signal);
    this.#isSettling = false;
    this.start();
    if (!this.#stopped.signal.aborted) this.#onChange();
  }

  #lost(error: unknown): void {
    if (!this.#isLost) {
      this.#logger.warn({ folder: this.#folder, reason: (error as Error).message }, 'policies cannot be watched now');
    }
    this.#isLost = true;
    if (!this.#isLooking) void this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    this.#isLooking = true;
    await this.#clock.sleep(RETRY_MS, this.#stopped.signal);
    this.#isLooking = false;
    this.start();
    if (!this.#isLost && !this.#stopped.signal.aborted) this.#onChange();
  }
}

/** A folder and its sub-folders, but for those whose names start with a dot. */
function foldersBelow(root: string): string[] {
  const folders = [root];
  for (const folder of folders) {
    const entries = readdirSync(folder, { withFileTypes: true });
    const found = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
    folders.push(...found.slice(0, FOLDERS_MAX - folders.length).map(({ name }) => join(folder, name)));
  }
  return folders;
}
