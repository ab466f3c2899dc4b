import { join } from 'node:path';
import type { Contender } from './Contender.ts';
import type { Entry } from './contenders.ts';

/** What one repetition measured. */
export interface Measurement {
  /** Events each second; absent where only a latency is measured. */
  readonly eventsPerSecond?: number;
  /** Median time of one call, in ms. */
  readonly p50Ms?: number;
  /** 99th percentile of the time of one call, in ms; absent where there are too few calls. */
  readonly p99Ms?: number;
  /** Transactions committed for each append; absent for reads. */
  readonly commitsPerAppend?: number;
  /** 99th percentile of the event loop's delay, in ms, with the 1 ms of the timer that measures it. */
  readonly loopDelayP99Ms?: number;
  /** Most memory that the measured process had, in MiB; absent where the system does not say. */
  readonly memoryMiBMax?: number | undefined;
  /** What the heap holds more, when nine tenths more of the events have gone by, in MiB. */
  readonly heapGrowthMiB?: number;
  /** Transactions committed in all, for those who count what they cost. */
  readonly commits?: number;
}

/** Where a repetition works. */
export interface Place {
  readonly entry: Entry;
  /** New and empty. */
  readonly folder: string;
  /** The number of events that the run asks for. */
  readonly storedEvents: number;
}

export interface Work {
  readonly name: string;
  /** What of a contender it tries. */
  readonly kind: 'append' | 'read' | 'search' | 'feed' | 'import' | 'stream' | 'feed-elsewhere' | 'start';
  /** Takes so long that it runs only when it is named. */
  readonly isLong?: true;
  /** Depends on the number of events that the run asks for. */
  readonly takesEvents?: true;
  run(place: Place): Promise<Measurement>;
}

/** A work on a store that this process opens and closes. Adds how many transactions it committed in all. */
export function onStore(run: (contender: Contender, storedEvents: number) => Promise<Measurement>): Work['run'] {
  return async ({ entry, folder, storedEvents }) => {
    const contender = await entry.open(storeIn(folder));
    const measurement = await run(contender, storedEvents);
    const commits = contender.commits();
    await contender.close();
    return { ...measurement, commits };
  };
}

/** The file of the store in a repetition's folder. */
export function storeIn(folder: string): string {
  return join(folder, 'store.db');
}
