import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, holds, isClean, placesOf, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { nextTurn } from '../../bench/waiting.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

function needsSeveralAggregates(store: ConformingStore): void {
  onlyWhere(store.capabilities.appendsAcrossAggregates, 'capabilities.appendsAcrossAggregates is false');
}

export const BATCH_CASES: readonly ConformanceCase[] = [
  {
    id: '1.batch-is-whole',
    name: 'stores all events of an append, in their order',
    async run(bench) {
      const { store } = await bench.open();

      await store.append(eventsOf('a', 1, 100));

      await holds(store, 'a', eventsOf('a', 1, 100));
      await isClean(store);
    },
  },
  {
    id: '1.empty-append',
    name: 'refuses an append without events',
    async run(bench) {
      const { store } = await bench.open();

      await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([]));
    },
  },
  {
    id: '1.last-event-bad',
    name: 'stores nothing of a batch whose last event is bad',
    async run(bench) {
      const { store } = await bench.open();
      const events = [...eventsOf('a', 1, 9), eventOf('a', 10, { timestamp: 'yesterday' })];

      await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append(events));

      await holds(store, 'a', []);
    },
  },
  {
    id: '1.aborted-before-it-began',
    name: 'stores nothing of an append whose signal was aborted before',
    async run(bench) {
      const { store } = await bench.open();
      const reason = new TypeError('no longer wanted');

      const append = store.append([eventOf('a', 1)], { signal: AbortSignal.abort(reason) });

      await assert.rejects(append, (error) => error === reason);
      await holds(store, 'a', []);
    },
  },
  {
    id: '1.aborted-on-the-way',
    name: 'stores an append that is aborted on the way whole and says so, or not at all',
    async run(bench) {
      const { store } = await bench.open();
      const reason = new TypeError('no longer wanted');

      for (let turns = 0; turns < 30; turns++) {
        const controller = new AbortController();
        const append = store.append(eventsOf(`a${turns}`, 1, 3), { signal: controller.signal });
        const outcome = append.then(
          () => 3,
          (error) => (error === reason ? 0 : Promise.reject(error)),
        );
        for (let turn = 0; turn < turns; turn++) await (turn % 2 === 0 ? undefined : nextTurn());
        controller.abort(reason);

        assert.equal(await outcome, await store.getVersion(`a${turns}`));
      }
    },
  },
  {
    id: '1.several-aggregates',
    name: 'stores an append of several aggregates, with their events mingled, in its order',
    async run(bench) {
      const { store } = await bench.open();
      needsSeveralAggregates(store);
      const events = [eventOf('b', 1), eventOf('a', 1), eventOf('b', 2), eventOf('c', 1), eventOf('a', 2)];

      const { receipts } = await store.append(events);

      await holds(store, 'a', eventsOf('a', 1, 2));
      await holds(store, 'b', eventsOf('b', 1, 2));
      await holds(store, 'c', eventsOf('c', 1, 1));
      assert.equal(receipts.length, 1);
      assert.deepEqual(receipts[0]?.shares, [
        { aggregateId: 'b', fromVersion: 1, toVersion: 2 },
        { aggregateId: 'a', fromVersion: 1, toVersion: 2 },
        { aggregateId: 'c', fromVersion: 1, toVersion: 1 },
      ]);
      await isClean(store);
    },
  },
  {
    id: '1.several-aggregates-refused',
    name: 'refuses an append of several aggregates where it cannot store them together',
    async run(bench) {
      const { store } = await bench.open();
      onlyWhere(!store.capabilities.appendsAcrossAggregates, 'capabilities.appendsAcrossAggregates is true');

      const error = await refusedWithoutTrace(store, 'NOT_SUPPORTED', () =>
        store.append([eventOf('a', 1), eventOf('b', 1)]),
      );

      assert.deepEqual(error.details, { capability: 'appendsAcrossAggregates' });
    },
  },
  {
    id: '1.one-of-two-stale',
    name: 'stores nothing of an append of two aggregates when one of them is stale',
    async run(bench) {
      const { store } = await bench.open();
      needsSeveralAggregates(store);
      await store.append(eventsOf('b', 1, 2));
      const stale = eventOf('b', 2, { eventId: 'stale' });

      const attempts = [
        [eventOf('a', 1), stale],
        [stale, eventOf('a', 1)],
        [...eventsOf('a', 1, 5), stale, ...eventsOf('c', 1, 5)],
      ];

      for (const events of attempts) {
        await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () => store.append(events));
        await holds(store, 'a', []);
      }
    },
  },
  {
    id: '1.one-of-two-with-a-gap',
    name: 'stores nothing of an append of two aggregates when one of them would have a gap',
    async run(bench) {
      const { store } = await bench.open();
      needsSeveralAggregates(store);

      const append = () => store.append([...eventsOf('a', 1, 3), eventOf('b', 2)]);

      await refusedWithoutTrace(store, 'VERSION_GAP', append);
      await holds(store, 'a', []);
    },
  },
  {
    id: '1.racing-transfers',
    name: 'keeps two aggregates in step while appends over both of them race',
    async run(bench) {
      const { store } = await bench.open();
      needsSeveralAggregates(store);

      for (let version = 1; version <= 5; version++) {
        const race = Array.from({ length: 8 }, (_, writer) => {
          const ids = writer % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
          return store.append(ids.map((id) => eventOf(id, version, { eventId: `${writer}:${id}:${version}` })));
        });
        const won = (await Promise.allSettled(race)).filter(({ status }) => status === 'fulfilled');
        assert.equal(won.length, 1);
      }

      const writerOf = (eventId: string) => eventId.split(':')[0];
      const a = await store.getEvents('a');
      const b = await store.getEvents('b');
      assert.deepEqual(
        a.map((event) => writerOf(event.eventId)),
        b.map((event) => writerOf(event.eventId)),
      );
      assert.equal((await contentOf(store)).length, 10);
    },
  },
  {
    id: '1.refused-then-appended',
    name: 'takes the mended append after a refused one, with nothing of the refused one between',
    async run(bench) {
      const { store } = await bench.open();
      await refusalOf(store.append([eventOf('a', 1), eventOf('a', 2, { timestamp: '' })]), 'INVALID_EVENT');

      await store.append(eventsOf('a', 1, 2));

      assert.deepEqual(placesOf(await store.getEvents('a')), [
        ['a', 1],
        ['a', 2],
      ]);
    },
  },
];
