import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { isClean } from '../../bench/expectations.ts';
import { nextTurn } from '../../bench/waiting.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const SHARE = 5;
const APPENDS = 40;

/** Appends shares of five events to each of the aggregates. */
async function write(store: ConformingStore, ids: readonly string[]): Promise<void> {
  for (let version = 1; version <= APPENDS * SHARE; version += SHARE) {
    await store.append(ids.flatMap((id) => eventsOf(id, version, version + SHARE - 1)));
  }
}

/** Reads over and over until the writer is done, and at least once; each time in a new turn, so that both go on. */
async function readBeside(writer: Promise<void>, read: () => Promise<void>): Promise<void> {
  let writing = true;
  const done = writer.finally(() => {
    writing = false;
  });
  try {
    do {
      await read();
      await nextTurn();
    } while (writing);
  } finally {
    await done;
  }
}

export const VISIBILITY_CASES: readonly ConformanceCase[] = [
  {
    id: '1.reads-see-whole-shares',
    name: "shows all or nothing of each append's share, in every way of reading an aggregate, while a writer is at work",
    async run(bench) {
      const { store } = await bench.open();
      const isWhole = (count: number) => assert.equal(count % SHARE, 0, `${count} events hold a torn share`);

      await readBeside(write(store, ['a']), async () => {
        isWhole((await store.getEvents('a')).length);
        isWhole(await store.getVersion('a'));
        for (const direction of ['forward', 'backward'] as const) {
          let streamed = 0;
          for await (const _ of store.readAggregate('a', { direction })) streamed++;
          isWhole(streamed);
        }
      });

      assert.equal(await store.getVersion('a'), APPENDS * SHARE);
    },
  },
  {
    id: '1.reads-across-aggregates',
    name: 'shows the shares of one append together, where it says so',
    async run(bench) {
      const { store } = await bench.open();
      const { appendsAcrossAggregates, readsAcrossAggregates } = store.capabilities;
      onlyWhere(appendsAcrossAggregates, 'capabilities.appendsAcrossAggregates is false');
      onlyWhere(readsAcrossAggregates, 'capabilities.readsAcrossAggregates is false, which promises nothing');

      await readBeside(write(store, ['a', 'b']), async () => {
        for (const [first, then] of [
          ['a', 'b'],
          ['b', 'a'],
        ] as const) {
          const seen = await store.getVersion(first);
          assert.ok((await store.getVersion(then)) >= seen, `${then} lags behind ${first}, appended together`);
        }
      });
    },
  },
  {
    id: '1.receipts-come-with-events',
    name: 'shows the receipt of every event that can be read, while a writer is at work',
    async run(bench) {
      const { store } = await bench.open();

      await readBeside(write(store, ['a']), async () => {
        const version = await store.getVersion('a');
        if (version === 0) return;
        const receipt = await store.getReceipt('a', version);
        assert.equal(receipt?.shares[0]?.toVersion, version);
      });

      await isClean(store);
    },
  },
  {
    id: '1.verify-beside-a-writer',
    name: 'verifies clean while a writer is at work',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('z', 1)]);

      await readBeside(write(store, ['a']), () => isClean(store));
    },
  },
];
