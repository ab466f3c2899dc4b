import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventOf } from './events.ts';
import { latencies, repeat } from './repeat.ts';
import { onStore, storeIn, type Work } from './Work.ts';

const FOLLOWER = fileURLToPath(import.meta.resolve('./follower.ts'));
/** Longer than other works, because of the rests between its appends. */
const DURATION_MS = 10_000;
const REST_MS_MAX = 25;

/**
 * From the call of append in this process to the handler in another one, on the same file. Both read one clock, which
 * counts from the start of the system (CLOCK_MONOTONIC behind `process.hrtime` on Linux).
 */
export const appendToOtherProcess: Work['run'] = async (place) => {
  let follower: ChildProcess | undefined;
  try {
    return await onStore(async (contender) => {
      follower = fork(FOLLOWER, [place.entry.name, storeIn(place.folder)]);
      await messageOf(follower);
      const times = await repeat(
        DURATION_MS,
        (index) => appendAndHandle(follower, () => contender.append([eventOf('order-1', index + 1, index)])),
        rests(),
      );
      return latencies(times);
    })(place);
  } finally {
    follower?.disconnect();
  }
};

async function appendAndHandle(follower: ChildProcess | undefined, append: () => Promise<void>): Promise<number> {
  const handled = messageOf(follower as ChildProcess);
  const calledAt = process.hrtime.bigint();
  const [handledAt] = await Promise.all([handled, append()]);
  return Number(BigInt(handledAt) - calledAt) / 1e6;
}

/** Its next message, unless it ends before. */
async function messageOf(follower: ChildProcess): Promise<string> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new RangeError('the process that follows the feed has ended'));
  follower.once('exit', end);
  try {
    const [message] = await once(follower, 'message', { signal: ended.signal });
    return String(message);
  } finally {
    follower.off('exit', end);
  }
}

/** Of changing length, since an append right behind a handler would meet the other process always in the same state. */
function rests(): () => Promise<void> {
  let turn = 0;
  return () => sleep((turn++ * 7) % REST_MS_MAX);
}
