import { type FSWatcher, watch } from 'node:fs';
import type { Clock, LoggerPort } from '@nexus/shared';

/** Between the first change of an edit and its reading, so that an edit of several files is read as one. */
const SETTLE_MS = 200;
/** Between looks at a folder that cannot be watched, such as one that vanished. */
const RETRY_MS = 5_000;

/**
 * Calls `onChange` some time after something in a folder changed. A folder that vanishes is looked for until it is
 * back. Keeps no process alive.
 *
 * @returns stops watching
 */
export function watchFolder(folder: string, clock: Clock, logger: LoggerPort, onChange: () => void): () => void {
  const watcher = new FolderWatcher(folder, clock, logger, onChange);
  watcher.start();
  return () => watcher.stop();
}

class FolderWatcher {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #logger: LoggerPort;
  readonly #onChange: () => void;
  readonly #stopped = new AbortController();
  #watcher: FSWatcher | undefined;
  #isPending = false;

  constructor(folder: string, clock: Clock, logger: LoggerPort, onChange: () => void) {
    this.#folder = folder;
    this.#clock = clock;
    this.#logger = logger;
    this.#onChange = onChange;
  }

  start(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (this.#stopped.signal.aborted) return;
    try {
      this.#watcher = watch(this.#folder, { recursive: true, persistent: false }, () => void this.#settle());
      this.#watcher.on('error', (error) => this.#lost(error));
    } catch (error) {
      this.#lost(error);
    }
  }

  stop(): void {
    this.#stopped.abort();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #settle(): Promise<void> {
    if (this.#isPending) return;
    this.#isPending = true;
    await this.#clock.sleep(SETTLE_MS, this.#stopped.signal);
    this.#isPending = false;
    if (this.#stopped.signal.aborted) return;
    // The folder may be another one of the same name by now, which the old watcher does not see.
    this.start();
    this.#onChange();
  }

  #lost(error: unknown): void {
    const { message } = error as Error;
    this.#logger.warn({ folder: this.#folder, reason: message }, 'policies cannot be watched now');
    this.#watcher?.close();
    this.#watcher = undefined;
    void this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    await this.#clock.sleep(RETRY_MS, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return;
    this.start();
    if (this.#watcher !== undefined) this.#onChange();
  }
}
