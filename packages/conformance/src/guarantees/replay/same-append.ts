import assert from 'node:assert/strict';
import type { AppendReceipt, DomainEvent } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, holds } from '../../bench/expectations.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

/** The append changes nothing and returns these receipts. */
async function replays(
  store: ConformingStore,
  events: readonly DomainEvent[],
  receipts: AppendReceipt['receipts'],
): Promise<void> {
  const before = await contentOf(store);
  assert.deepEqual(await store.append(events), { replayed: true, receipts });
  assert.deepEqual(await contentOf(store), before);
}

/** Two appends of three events each. Their receipts. */
async function twoAppends(store: ConformingStore): Promise<AppendReceipt['receipts']> {
  const first = await store.append(eventsOf('a', 1, 3));
  const second = await store.append(eventsOf('a', 4, 6));
  return [...first.receipts, ...second.receipts];
}

export const SAME_APPEND_CASES: readonly ConformanceCase[] = [
  {
    id: '3.new-append-is-no-replay',
    name: 'says of a new append that it is none that was repeated, and gives one receipt',
    async run(bench) {
      const { store } = await bench.open();

      const { replayed, receipts } = await store.append(eventsOf('a', 1, 3));

      assert.equal(replayed, false);
      assert.equal(receipts.length, 1);
    },
  },
  {
    id: '3.repeated-at-once',
    name: 'stores nothing when an append is repeated at once, and returns the stored receipt',
    async run(bench) {
      const { store } = await bench.open();
      const { receipts } = await store.append(eventsOf('a', 1, 3));
      bench.clock.advance(60_000);

      await replays(store, eventsOf('a', 1, 3), receipts);
    },
  },
  {
    id: '3.repeated-after-later-events',
    name: 'stores nothing when an append is repeated after later events',
    async run(bench) {
      const { store } = await bench.open();
      const { receipts } = await store.append(eventsOf('a', 1, 3));
      for (let version = 4; version <= 20; version++) await store.append([eventOf('a', version)]);

      await replays(store, eventsOf('a', 1, 3), receipts);
      await store.append([eventOf('a', 21)]);
    },
  },
  {
    id: '3.repeated-in-larger-groups',
    name: 'finds two appends repeated as one, and returns both receipts in their order',
    async run(bench) {
      const { store } = await bench.open();
      const receipts = await twoAppends(store);

      await replays(store, eventsOf('a', 1, 6), receipts);
      await replays(store, eventsOf('a', 2, 5), receipts);
    },
  },
  {
    id: '3.repeated-in-smaller-groups',
    name: 'finds parts of an append repeated: its beginning, its end, one event',
    async run(bench) {
      const { store } = await bench.open();
      const [first, second] = await twoAppends(store);
      assert.ok(first !== undefined && second !== undefined);

      await replays(store, eventsOf('a', 1, 2), [first]);
      await replays(store, eventsOf('a', 2, 3), [first]);
      await replays(store, [eventOf('a', 5)], [second]);
    },
  },
  {
    id: '3.repeated-across-aggregates',
    name: 'finds appends of single aggregates repeated as one of several, and the other way round',
    async run(bench) {
      const { store } = await bench.open();
      onlyWhere(store.capabilities.appendsAcrossAggregates, 'capabilities.appendsAcrossAggregates is false');
      const one = await store.append(eventsOf('a', 1, 2));
      const two = await store.append(eventsOf('b', 1, 2));
      const both = await store.append([eventOf('a', 3), eventOf('b', 3)]);

      await replays(store, [...eventsOf('a', 1, 2), ...eventsOf('b', 1, 2)], [...one.receipts, ...two.receipts]);
      await replays(store, [eventOf('b', 3)], both.receipts);
      await replays(store, [eventOf('b', 3), eventOf('a', 3)], both.receipts);
    },
  },
  {
    id: '3.repeated-in-one-turn',
    name: 'stores an append once that is sent 20 times in one turn, and gives all the same receipt',
    async run(bench) {
      const { store } = await bench.open();

      const answers = await Promise.all(Array.from({ length: 20 }, () => store.append(eventsOf('a', 1, 3))));

      await holds(store, 'a', eventsOf('a', 1, 3));
      assert.equal(answers.filter(({ replayed }) => replayed === false).length, 1);
      assert.equal(new Set(answers.map(({ receipts }) => JSON.stringify(receipts))).size, 1);
      assert.equal((await contentOf(store)).length, 3);
    },
  },
  {
    id: '3.repeated-with-other-key-order',
    name: 'finds the same append when only the order of keys differs',
    async run(bench) {
      const { store } = await bench.open();
      const { receipts } = await store.append([eventOf('a', 1, { payload: { x: 1, y: { a: 1, b: 2 } } })]);

      await replays(store, [eventOf('a', 1, { payload: { y: { b: 2, a: 1 }, x: 1 } })], receipts);
    },
  },
  {
    id: '3.repeated-with-another-traceparent',
    name: 'finds the same append when it comes with another trace context, and keeps the first one',
    async run(bench) {
      const { store } = await bench.open();
      const traceparentOf = async (version: number) => (await store.getEvents('a', version))[0]?.recorded.traceparent;
      const { receipts } = await store.append(eventsOf('a', 1, 3));
      const first = await traceparentOf(1);
      onlyWhere(first !== undefined, 'the factory gives appends no trace context');

      await replays(store, eventsOf('a', 1, 3), receipts);
      await replays(store, [eventOf('a', 2)], receipts);

      assert.equal(await traceparentOf(1), first);
      await store.append([eventOf('a', 4)]);
      assert.notEqual(await traceparentOf(4), first);
    },
  },
  {
    id: '3.read-events-repeat-themselves',
    name: 'finds the same append in events that were read from it',
    async run(bench) {
      const { store } = await bench.open();
      const { receipts } = await store.append(eventsOf('a', 1, 3));

      await replays(store, await store.getEvents('a'), receipts);
    },
  },
  {
    id: '3.repeated-elsewhere',
    name: 'finds the same append through another instance',
    async run(bench) {
      const { store, second } = await bench.open();
      const other = await second();
      const { receipts } = await store.append(eventsOf('a', 1, 3));

      await replays(other, eventsOf('a', 1, 3), receipts);
    },
  },
  {
    id: '3.repeated-after-reopening',
    name: 'finds the same append when it is opened anew',
    async run(bench) {
      const { store, reopen } = await bench.open();
      const { receipts } = await store.append(eventsOf('a', 1, 3));

      const again = await reopen();

      await replays(again, eventsOf('a', 1, 3), receipts);
    },
  },
  {
    id: '3.repeated-ids-elsewhere-are-new',
    name: 'takes the ids of stored events at other versions as a new append',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1, { eventId: 'e' })]);

      const { replayed } = await store.append([eventOf('a', 2, { eventId: 'e' })]);

      assert.equal(replayed, false);
      assert.equal(await store.getVersion('a'), 2);
    },
  },
];
