import { fixed, spreadColumn, whole } from '../table.ts';
import type { GovernanceWork } from './GovernanceWork.ts';
import { whatIf } from './whatIf.ts';

const SIZES: Readonly<Record<string, number>> = { '100,000 events': 100_000, '1,000,000 events': 1_000_000 };
const THREADS: readonly number[] = [1, 2];

/** Rules that are tried on a whole store by `nexus what-if`, from the start of its process to its end. */
export const WHAT_IF: GovernanceWork = whatIfOf(SIZES);

export function whatIfOf(sizes: Readonly<Record<string, number>>): GovernanceWork {
  return {
    title: 'nexus what-if: ten schemas and four policies on everything that is stored',
    isLong: true,
    contenders: () => Object.keys(sizes),
    columns: THREADS.flatMap((threads) => [
      spreadColumn(`${threadsOf(threads)}: s (min–max)`, `seconds${threads}`, fixed(1)),
      spreadColumn('events/s', `eventsPerSecond${threads}`, whole),
      spreadColumn('MiB at most', `memoryMiBMax${threads}`, whole),
    ]),
    run: async (contender, { folder }) => {
      const measurements = await whatIf({ folder, events: sizes[contender] ?? Number.NaN, threads: THREADS });
      const figures = measurements.flatMap(({ events, threads, seconds, memoryMiBMax }) => [
        [`seconds${threads}`, seconds],
        [`eventsPerSecond${threads}`, events / seconds],
        [`memoryMiBMax${threads}`, memoryMiBMax],
      ]);
      return Object.fromEntries(figures);
    },
  };
}

function threadsOf(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}
