import assert from 'node:assert/strict';
import type { DomainEvent } from '@nexus/shared';
import { at, eventOf } from '../../bench/events.ts';
import { fill, placesOf, refusalOf } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

/** Without a limit of queries, for cases that are about what is found. */
const UNLIMITED = { rateLimiter: null };

async function idsBetween(store: ConformingStore, startTime: string, endTime: string, limit = 100): Promise<string[]> {
  const events = await store.getEventsByTimeRange('ThingHappened', startTime, endTime, limit, 'client');
  return events.map((event) => event.aggregateId);
}

async function appendEach(store: ConformingStore, events: readonly DomainEvent[]): Promise<void> {
  for (const event of events) await store.append([event]);
}

export const TIME_RANGE_CASES: readonly ConformanceCase[] = [
  {
    id: '5.time-range-is-inclusive',
    name: 'finds events from the first millisecond to the last, both inclusive, and none beside',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      await appendEach(
        store,
        [999, 1_000, 1_001, 1_999, 2_000, 2_001].map((ms) => eventOf(`at ${ms}`, 1, { timestamp: at(-10_000 + ms) })),
      );
      const between = (from: number, to: number) => idsBetween(store, at(-10_000 + from), at(-10_000 + to));

      assert.deepEqual(await between(1_000, 2_000), ['at 1000', 'at 1001', 'at 1999', 'at 2000']);
      assert.deepEqual(await between(1_001, 1_001), ['at 1001']);
      assert.deepEqual(await between(1_002, 1_998), []);
      assert.deepEqual(await between(0, 998), []);
    },
  },
  {
    id: '5.time-order',
    name: 'orders by time, then by the UTF-8 bytes of the aggregate id, then by version',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const late = { timestamp: at(-1_000) };
      const early = { timestamp: at(-2_000) };
      // By UTF-16 units, as JavaScript compares, U+1F600 comes before U+FF5E; by UTF-8 bytes it comes behind.
      await appendEach(store, [
        eventOf('\u{1F600}', 1, late),
        eventOf('\uFF5E', 1, late),
        eventOf('z', 1, late),
        eventOf('z', 2, early),
        eventOf('z', 3, late),
        eventOf('Z', 1, late),
        eventOf('\u00e9', 1, late),
        eventOf('zz', 1, early),
      ]);

      const found = await store.getEventsByTimeRange('ThingHappened', at(-5_000), at(0), 100, 'client');

      assert.deepEqual(placesOf(found), [
        ['z', 2],
        ['zz', 1],
        ['Z', 1],
        ['z', 1],
        ['z', 3],
        ['\u00e9', 1],
        ['\uFF5E', 1],
        ['\u{1F600}', 1],
      ]);
    },
  },
  {
    id: '5.time-range-of-one-type',
    name: 'finds events of the very type, and of no other',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const types = ['Thing', 'thing', 'Thing ', 'Things', 'Thing\0', 'Th\u0131ng', 'Th%'];
      await appendEach(
        store,
        types.map((eventType, index) => eventOf(`a${index}`, 1, { eventType })),
      );

      for (const [index, eventType] of types.entries()) {
        const found = await store.getEventsByTimeRange(eventType, at(0), at(0), 100, 'client');
        assert.deepEqual(placesOf(found), [[`a${index}`, 1]]);
      }
      assert.deepEqual(await store.getEventsByTimeRange('Unknown', at(0), at(0), 100, 'client'), []);
    },
  },
  {
    id: '5.time-range-limit',
    name: 'gives the oldest events where there are more than the limit',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const events = Array.from({ length: 30 }, (_, index) =>
        eventOf(`a${String(index).padStart(2, '0')}`, 1, { timestamp: at(-1_000 * (index + 1)) }),
      );
      await appendEach(store, events);
      const oldestFirst = events.toReversed().map((event) => event.aggregateId);

      for (const limit of [1, 7, 29, 30, 31, 10_000]) {
        assert.deepEqual(await idsBetween(store, at(-60_000), at(0), limit), oldestFirst.slice(0, limit));
      }
    },
  },
  {
    id: '5.time-range-is-whole',
    name: 'finds thousands of events in one array',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      await fill(store, 'a', 3_000);

      const found = await store.getEventsByTimeRange('ThingHappened', at(0), at(0), 10_000, 'client');

      assert.deepEqual(
        found.map((event) => event.aggregateVersion),
        Array.from({ length: 3_000 }, (_, index) => index + 1),
      );
    },
  },
  {
    id: '5.impossible-time-range',
    name: 'refuses times without zone or existence, a range that ends before it begins, and a limit out of bounds',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const query = (startTime: string, endTime: string, limit: number) =>
        refusalOf(store.getEventsByTimeRange('T', startTime, endTime, limit, 'client'), 'INVALID_ARGUMENT');

      for (const time of ['', 'now', '2025-01-01', '2025-01-01T00:00:00', '2025-02-30T00:00:00Z']) {
        await query(time, at(0), 10);
        await query(at(-1_000), time, 10);
      }
      await query(at(1), at(0), 10);
      for (const limit of [0, -1, 1.5, 10_001, Number.NaN]) await query(at(0), at(0), limit);
    },
  },
];
