import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Bench } from '../../bench/Bench.ts';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { deferred } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

/** Far less than the events of the smallest of these cases take together, and far more than some pages of them. */
const GROWTH_BYTES_MAX = 6 * 1024 * 1024;
const LOOKS = 4;
/** Events of one append, as many as every store takes. */
const BATCH = 250;

/** A collector of garbage, without a flag of the process. */
function makeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function', 'this Node.js has no collector to call');
  return () => collect();
}

/** Looks at memory while a reader goes through so many events. */
class MemoryWatch {
  #seen = 0;
  readonly #every: number;
  readonly #collect = makeCollector();
  readonly #before: number;

  constructor(eventsMany: number) {
    this.#every = Math.floor(eventsMany / LOOKS);
    this.#before = this.#used();
  }

  get seen(): number {
    return this.#seen;
  }

  readonly see = (): void => {
    if (++this.#seen % this.#every !== 0) return;
    const growth = this.#used() - this.#before;
    assert.ok(growth <= GROWTH_BYTES_MAX, `after ${this.#seen} events ${growth} bytes more are in memory`);
  };

  #used(): number {
    this.#collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
}

async function openFilled(bench: Bench): Promise<ConformingStore> {
  const { store } = await bench.open();
  const payload = { text: 'x'.repeat(400) };
  for (let version = 1; version <= bench.eventsMany; version += BATCH) {
    const last = Math.min(version + BATCH - 1, bench.eventsMany);
    await store.append(eventsOf('a', version, last, { payload }));
  }
  return store;
}

export const BOUNDED_MEMORY_CASES: readonly ConformanceCase[] = [
  {
    id: '5.bounded-memory',
    name: 'streams and exports any number of events in bounded memory, and releases what it holds on break and on abort',
    async run(bench) {
      const store = await openFilled(bench);
      const many = bench.eventsMany;

      for (const read of [
        () => store.readAggregate('a'),
        () => store.readAggregate('a', { direction: 'backward' }),
        () => store.exportEvents(),
      ]) {
        const watch = new MemoryWatch(many);
        for await (const _ of read()) watch.see();
        assert.equal(watch.seen, many);
        let left = 0;
        for await (const _ of read()) if (++left > many / 2) break;
      }
      const reason = new TypeError('enough');
      const controller = new AbortController();
      const reading = async () => {
        for await (const { aggregateVersion } of store.readAggregate('a', { signal: controller.signal })) {
          if (aggregateVersion > many / 2) controller.abort(reason);
        }
      };

      await assert.rejects(reading(), (error) => error === reason);
      await store.append([eventOf('a', many + 1)]);
      await store.close();
    },
  },
  {
    id: '5.bounded-memory-of-the-feed',
    name: 'delivers any number of events in bounded memory',
    async run(bench) {
      const store = await openFilled(bench);
      const watch = new MemoryWatch(bench.eventsMany);
      const done = deferred();
      const see = async () => {
        watch.see();
        if (watch.seen === bench.eventsMany) done.resolve();
      };

      const subscription = store.subscribeToStream?.(see, { from: 'start', onFailure: 'stop', attemptsMax: 1 });
      await Promise.race([done.promise, subscription?.closed]);

      assert.equal(watch.seen, bench.eventsMany);
      await subscription?.close();
    },
  },
];
