import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { refusalOf, sameEvents } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const MANY = 2_500;

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
      await store.append(eventsOf('a', 2, 1_200));
      for (let version = 1_201; version <= MANY; version += 100) {
        await store.append(eventsOf('a', version, version + 99));
      }

      const events = await store.getEvents('a');

      sameEvents(events, eventsOf('a', 1, MANY));
      sameEvents(await store.getEvents('a', 999, 2_001), eventsOf('a', 999, 2_001));
    },
  },
];
