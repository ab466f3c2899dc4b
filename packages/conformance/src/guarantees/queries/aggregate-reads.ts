import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { fill, refusalOf, refusedWithoutTrace, sameEvents } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const MANY = 2_500;
const ARRAY_EVENTS_MAX = 100_000;

export const AGGREGATE_READ_CASES: readonly ConformanceCase[] = [
  {
    id: '5.unknown-aggregate-is-empty',
    name: 'reads an unknown aggregate as empty',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('known', 1)]);

      assert.deepEqual(await store.getEvents('unknown'), []);
      assert.deepEqual(await store.getEvents('unknown', 3, 7), []);
    },
  },
  {
    id: '5.bounds-are-inclusive',
    name: 'reads from the first version asked for to the last, both inclusive',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 4));
      await store.append(eventsOf('a', 5, 10));
      await store.append([eventOf('b', 1)]);

      sameEvents(await store.getEvents('a'), eventsOf('a', 1, 10));
      sameEvents(await store.getEvents('a', 3), eventsOf('a', 3, 10));
      sameEvents(await store.getEvents('a', 3, 6), eventsOf('a', 3, 6));
      sameEvents(await store.getEvents('a', undefined, 6), eventsOf('a', 1, 6));
      sameEvents(await store.getEvents('a', 5, 5), eventsOf('a', 5, 5));
      sameEvents(await store.getEvents('a', 10, 99), eventsOf('a', 10, 10));
      assert.deepEqual(await store.getEvents('a', 11), []);
      assert.deepEqual(await store.getEvents('a', 6, 3), []);
    },
  },
  {
    id: '5.fold-from-a-snapshot',
    name: 'gives a reader that has folded some versions each later one once, and refuses numbers over those that are stored',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 8));
      const folded = await store.getEvents('a', 1, 5);
      const version = folded.at(-1)?.aggregateVersion ?? 0;

      const tail = await store.getEvents('a', version + 1);

      sameEvents([...folded, ...tail], eventsOf('a', 1, 8));
      const over = tail.length + 1;
      const numberedOver = () => store.append([eventOf('a', over, { eventId: 'numbered from the tail' })]);
      await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', numberedOver);
      await store.append([eventOf('a', version + tail.length + 1)]);
    },
  },
  {
    id: '5.impossible-bounds',
    name: 'refuses versions that no event can have',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);

      for (const version of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await refusalOf(store.getEvents('a', version), 'INVALID_ARGUMENT');
        await refusalOf(store.getEvents('a', 1, version), 'INVALID_ARGUMENT');
      }
    },
  },
  {
    id: '5.long-aggregate-is-whole',
    name: 'reads an aggregate of thousands of events whole, however it was appended',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);
      await store.append(eventsOf('a', 2, 500));
      for (let version = 501; version <= MANY; version += 100) {
        await store.append(eventsOf('a', version, version + 99));
      }

      const events = await store.getEvents('a');

      sameEvents(events, eventsOf('a', 1, MANY));
      sameEvents(await store.getEvents('a', 999, 2_001), eventsOf('a', 999, 2_001));
    },
  },
  {
    id: '5.array-is-whole-or-refused',
    name: 'refuses an array of more than 100,000 events instead of cutting it off, and streams them',
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', ARRAY_EVENTS_MAX + 1);

      const error = await refusalOf(store.getEvents('a'), 'QUERY_TOO_LARGE');

      assert.deepEqual(error.details, { eventsMax: ARRAY_EVENTS_MAX });
      assert.equal((await store.getEvents('a', 2)).length, ARRAY_EVENTS_MAX);
      let streamed = 0;
      for await (const _ of store.readAggregate('a')) streamed++;
      assert.equal(streamed, ARRAY_EVENTS_MAX + 1);
    },
  },
];
