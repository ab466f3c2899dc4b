import { median } from '../table.ts';

/** Shorter than what a busy machine gives a process at a time, so that most batches are not interrupted. */
const BATCH_MS = 1;
const CALLS_MAX = 10_000;

interface Batches {
  readonly name: string;
  readonly call: () => unknown;
  /** Calls of one batch. */
  size: number;
  /** µs of one call, by batch. */
  readonly times: number[];
}

/**
 * Calls each of several things in turn, in batches of about a millisecond, or one call where that takes longer. So a
 * slower time of the machine is everybody's, and the median of the batches leaves interruptions out, and with them most
 * collections of garbage.
 *
 * @param durationMs - for each, after a fifth of it to warm up
 * @returns µs of one call
 */
export async function microseconds<Name extends string>(
  calls: Readonly<Record<Name, () => unknown>>,
  durationMs: number,
): Promise<Record<Name, number>> {
  const all = Object.entries<() => unknown>(calls).map(([name, call]): Batches => {
    return { name, call, size: 1, times: [] };
  });
  await takeTurns(all, durationMs / 5);
  for (const { times } of all) times.length = 0;
  await takeTurns(all, durationMs);
  return Object.fromEntries(all.map(({ name, times }) => [name, median(times)])) as Record<Name, number>;
}

async function takeTurns(all: readonly Batches[], durationMs: number): Promise<void> {
  const until = performance.now() + durationMs * all.length;
  do {
    for (const batches of all) await runBatch(batches);
  } while (performance.now() < until);
}

/** A call that answers at once is not awaited, as an append does not wait for rules that answer at once. */
async function runBatch(batches: Batches): Promise<void> {
  const { call, size, times } = batches;
  const start = performance.now();
  for (let index = 0; index < size; index++) {
    const answer = call();
    if (answer instanceof Promise) await answer;
  }
  const elapsedMs = performance.now() - start;
  times.push((elapsedMs * 1_000) / size);
  if (elapsedMs < BATCH_MS / 2) batches.size = Math.min(CALLS_MAX, size * 2);
  else if (elapsedMs > BATCH_MS * 2) batches.size = Math.max(1, Math.floor(size / 2));
}
