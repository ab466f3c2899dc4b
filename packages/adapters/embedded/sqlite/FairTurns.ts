import { setImmediate as immediate } from 'node:timers/promises';

/** How long reads may keep the event loop before they let everything else have a turn, in ms. */
const HOLD_MS_MAX = 5;

/**
 * Reads of SQLite are synchronous, so a caller that awaits one after the other never lets the event loop go: timers and
 * sockets starve, and so do the writer's replies. Each read asks here first.
 */
export class FairTurns {
  #since: number | undefined;

  /** To be awaited: waits for the next turn of the event loop if reads have kept this one for too long. */
  due(): Promise<void> | undefined {
    const now = performance.now();
    if (this.#since === undefined) {
      this.#since = now;
      setImmediate(() => {
        this.#since = undefined;
      }).unref();
      return undefined;
    }
    return now - this.#since < HOLD_MS_MAX ? undefined : immediate();
  }
}
