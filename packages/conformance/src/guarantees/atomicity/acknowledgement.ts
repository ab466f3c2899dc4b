import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, holds, isClean, refusalOf } from '../../bench/expectations.ts';
import { nextTurn } from '../../bench/waiting.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';

const DAY_MS = 86_400_000;

export const ACKNOWLEDGEMENT_CASES: readonly ConformanceCase[] = [
  {
    id: '1.acknowledged-is-readable',
    name: 'shows an append to every read as soon as it is acknowledged',
    async run(bench) {
      const { store } = await bench.open();

      for (let version = 1; version <= 5; version++) {
        await store.append([eventOf('a', version)]);

        await holds(store, 'a', eventsOf('a', 1, version));
        assert.notEqual(await store.getReceipt('a', version), undefined);
        assert.equal((await contentOf(store)).length, version);
      }
    },
  },
  {
    id: '1.acknowledged-is-readable-elsewhere',
    name: 'shows an append to another instance as soon as it is acknowledged',
    async run(bench) {
      const { store, second } = await bench.open();
      const other = await second();

      for (let version = 1; version <= 5; version++) {
        await store.append([eventOf('a', version)]);
        await holds(other, 'a', eventsOf('a', 1, version));
      }
    },
  },
  {
    id: '1.overlapping-are-readable-elsewhere',
    name: 'shows each of 64 overlapping appends to another instance as soon as it is acknowledged',
    async run(bench) {
      const { store, second } = await bench.open();
      const other = await second();

      const versions = await Promise.all(
        Array.from({ length: 64 }, async (_, index) => {
          await store.append(eventsOf(`a${index}`, 1, 2));
          return other.getVersion(`a${index}`);
        }),
      );

      assert.deepEqual(new Set(versions), new Set([2]));
    },
  },
  {
    id: '1.opens-beside-a-writer',
    name: 'opens further instances while others start and write, and refuses none of their appends',
    async run(bench) {
      const { store, second } = await bench.open();
      const writer = await second();
      const write = async () => {
        for (let version = 1; version <= 60; version++) await writer.append([eventOf('a', version)]);
      };
      const openAndWrite = async (index: number) => {
        await nextTurn();
        const other = await second();
        await other.append(eventsOf(`b${index}`, 1, 3));
        return other;
      };

      const [others] = await Promise.all([Promise.all([1, 2, 3, 4, 5, 6].map(openAndWrite)), write()]);

      for (const other of others) assert.equal(await other.getVersion('a'), 60);
      assert.equal((await contentOf(store)).length, 60 + 6 * 3);
      await isClean(store);
    },
  },
  {
    id: '1.clock-may-be-set-back',
    name: 'takes appends, and finds them the same, when its clock is set back between them',
    async run(bench) {
      const { store } = await bench.open();
      const ahead = eventOf('a', 1, { timestamp: bench.clock.timestamp() });
      const { receipts } = await store.append([ahead]);

      bench.clock.setBack(DAY_MS);
      const repeated = await store.append([ahead]);
      const behind = eventOf('a', 2, { timestamp: bench.clock.timestamp() });
      await store.append([behind]);

      assert.deepEqual(repeated, { replayed: true, receipts });
      await holds(store, 'a', [ahead, behind]);
      await isClean(store);
    },
  },
  {
    id: '1.acknowledged-survives',
    name: 'keeps every acknowledged event, receipt and digest when it is opened anew',
    async run(bench) {
      const { store, reopen } = await bench.open();
      for (let version = 1; version <= 10; version += 2) await store.append(eventsOf('a', version, version + 1));
      await store.append([eventOf('b', 1)]);
      const content = await contentOf(store);
      const receipt = await store.getReceipt('a', 4);
      const last = await store.append([eventOf('b', 2)]);

      const again = await reopen();

      await holds(again, 'b', eventsOf('b', 1, 2));
      assert.deepEqual((await contentOf(again)).slice(0, -1), content);
      assert.deepEqual(await again.getReceipt('a', 4), receipt);
      assert.deepEqual(await again.getReceipt('b', 2), last.receipts[0]);
      await isClean(again);
      const { contentDigest } = await again.verify();
      const third = await reopen();
      assert.equal((await third.verify()).contentDigest, contentDigest);
      await third.append([eventOf('a', 11)]);
    },
  },
  {
    id: '1.not-durable-is-told',
    name: 'offers no second life to a store that says it is not durable',
    async run(bench) {
      const { store, harness } = await bench.open();
      onlyWhere(!store.capabilities.durable, 'capabilities.durable is true');

      assert.equal(harness.reopen, undefined);
    },
  },
  {
    id: '1.close-finishes-what-was-accepted',
    name: 'finishes the appends that were accepted before it closes',
    async run(bench) {
      const { store, reopen } = await bench.open();
      const outcomes = Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => store.append([eventOf(`a${index}`, 1)])),
      );

      await store.close();
      const settled = await outcomes;

      const again = await reopen();
      for (const [index, { status }] of settled.entries()) {
        assert.equal(await again.getVersion(`a${index}`), status === 'fulfilled' ? 1 : 0);
      }
    },
  },
  {
    id: '1.closed-refuses',
    name: 'refuses everything once closed, and closes as often as asked',
    async run(bench) {
      const { store } = await bench.open();

      await store.close();
      await store.close();

      await refusalOf(store.append([eventOf('a', 1)]), 'STORE_CLOSED');
      await refusalOf(store.getEvents('a'), 'STORE_CLOSED');
      await refusalOf(store.getVersion('a'), 'STORE_CLOSED');
    },
  },
  {
    id: '1.identity-is-kept',
    name: 'keeps the id and epoch of the store when it is opened anew, and gives each store its own id',
    async run(bench) {
      const { store, reopen } = await bench.open();
      const { store: other } = await bench.open();
      const identity = await store.identity();
      assert.notEqual((await other.identity()).storeId, identity.storeId);

      const again = await reopen();

      assert.deepEqual(await again.identity(), identity);
    },
  },
];
