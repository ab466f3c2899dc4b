import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from '../machine.ts';
import { fixed, spreadColumn, whole } from '../table.ts';
import type { GovernanceWork } from './GovernanceWork.ts';
import { storeWithRules, whatIf } from './whatIf.ts';

const SIZES: Readonly<Record<string, number>> = { '100,000 events': 100_000, '1,000,000 events': 1_000_000 };
const THREADS: readonly number[] = [1, 2];

/** Rules that are tried on a whole store by `nexus what-if`, from the start of its process to its end. */
export const WHAT_IF: WhatIfWork = whatIfOf(SIZES, join(SCRATCH, 'what-if'));

interface WhatIfWork extends GovernanceWork {
  /** Makes the stores that all repetitions read. */
  prepare(say: (message: string) => void): Promise<void>;
  finish(): void;
}

/** @param root - a folder of its own */
export function whatIfOf(sizes: Readonly<Record<string, number>>, root: string): WhatIfWork {
  const folderOf = (contender: string): string => join(root, String(sizes[contender]));
  return {
    title: 'nexus what-if: ten schemas and four policies on everything that is stored',
    isLong: true,
    contenders: () => Object.keys(sizes),
    columns: THREADS.flatMap((threads) => [
      spreadColumn(`${threadsOf(threads)}: s (min–max)`, `seconds${threads}`, fixed(1)),
      spreadColumn('events/s', `eventsPerSecond${threads}`, whole),
      spreadColumn('MiB at most', `memoryMiBMax${threads}`, whole),
    ]),
    prepare: async (say) => {
      rmSync(root, { recursive: true, force: true });
      for (const [contender, events] of Object.entries(sizes)) {
        say(`Writing a store of ${contender} …`);
        mkdirSync(folderOf(contender), { recursive: true });
        await storeWithRules(folderOf(contender), events);
      }
    },
    finish: () => rmSync(root, { recursive: true, force: true }),
    run: async (contender) => {
      const events = sizes[contender] ?? Number.NaN;
      const measurements = await whatIf({ folder: folderOf(contender), events, threads: THREADS });
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
