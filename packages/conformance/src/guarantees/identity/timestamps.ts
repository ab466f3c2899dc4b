import assert from 'node:assert/strict';
import { at, eventOf } from '../../bench/events.ts';
import { holds, isClean, placesOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { SUITE_START } from '../../bench/SuiteClock.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const IMPOSSIBLE_TIMESTAMPS: readonly unknown[] = [
  '2025-01-01T00:00:00.000',
  '2025-01-01T00:00:00.000+02:00',
  '2025-01-01T00:00:00.000+00:00',
  '2025-01-01T00:00:00Z',
  '2025-01-01T00:00:00.0000Z',
  '2025-01-01T00:00:00.000001Z',
  '2025-01-01t00:00:00.000z',
  '2025-01-01 00:00:00.000Z',
  '2025-01-01',
  '2025-02-30T00:00:00.000Z',
  '2025-01-01T24:00:00.000Z',
  '2025-01-01T00:00:60.000Z',
  '2025-13-01T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '+010000-01-01T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '',
  'now',
  0,
  null,
  undefined,
  new Date(0),
];

const FUTURE_MS_MAX = 5 * 60_000;

export const TIMESTAMP_CASES: readonly ConformanceCase[] = [
  {
    id: '0.impossible-timestamps',
    name: 'refuses a timestamp without zone, milliseconds or existence',
    async run(bench) {
      const { store } = await bench.open();

      for (const timestamp of IMPOSSIBLE_TIMESTAMPS) {
        const event = eventOf('a', 1, { timestamp: timestamp as string });
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([event]));
      }
    },
  },
  {
    id: '0.future-at-its-bound',
    name: 'takes a timestamp 5 minutes ahead and refuses one of a millisecond more',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);
      const ahead = eventOf('a', 1, { timestamp: bench.clock.timestamp(FUTURE_MS_MAX) });
      const tooFar = eventOf('b', 1, { timestamp: bench.clock.timestamp(FUTURE_MS_MAX + 1) });

      await store.append([ahead]);

      await holds(store, 'a', [ahead]);
      await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([tooFar]));
    },
  },
  {
    id: '0.years-1-to-9999',
    name: 'keeps times from year 1 to year 9999, and finds them in order',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze('9999-12-31T23:59:59.999Z');
      const times = [
        '0001-01-01T00:00:00.000Z',
        '0999-06-15T12:00:00.500Z',
        '1969-12-31T23:59:59.999Z',
        '1970-01-01T00:00:00.000Z',
        '9999-12-31T23:59:59.999Z',
      ];
      const events = times.map((timestamp, index) => eventOf(`t${index}`, 1, { timestamp }));

      for (const event of events.toReversed()) await store.append([event]);

      for (const event of events) await holds(store, event.aggregateId, [event]);
      const found = await store.getEventsByTimeRange(
        'ThingHappened',
        '0001-01-01T00:00:00.000Z',
        '9999-12-31T23:59:59.999Z',
        100,
        'client',
      );
      assert.deepEqual(placesOf(found), placesOf(events));
    },
  },
  {
    id: '0.times-far-apart-in-one-append',
    name: 'takes timestamps that are a second, an hour and ten years apart in one append, and finds each at its time',
    async run(bench) {
      const { store } = await bench.open();
      const times = [at(0), at(-1_000), at(-3_601_000), '2016-01-01T00:00:00.000Z', '1956-01-01T00:00:00.000Z'];
      const events = times.map((timestamp, index) => eventOf('a', index + 1, { timestamp }));

      const { receipts } = await store.append(events);

      await holds(store, 'a', events);
      assert.deepEqual(await store.append(events), { replayed: true, receipts });
      for (const [index, time] of times.entries()) {
        const found = await store.getEventsByTimeRange('ThingHappened', time, time, 10, 'client');
        assert.deepEqual(placesOf(found), [['a', index + 1]]);
      }
      const { events: page } = await store.queryEvents({
        eventType: 'ThingHappened',
        startTime: times[4] as string,
        endTime: times[0] as string,
      });
      assert.deepEqual(placesOf(page), placesOf(events.toReversed()));
      await isClean(store);
    },
  },
  {
    id: '0.time-may-step-back',
    name: 'takes timestamps that step back or stand still within an aggregate',
    async run(bench) {
      const { store } = await bench.open();
      const times = ['2025-06-01T00:00:00.000Z', '2025-05-01T00:00:00.000Z', '2025-05-01T00:00:00.000Z'];
      const events = times.map((timestamp, index) => eventOf('a', index + 1, { timestamp }));

      await store.append(events);

      await holds(store, 'a', events);
      await isClean(store);
      const { findings } = await store.verify();
      assert.deepEqual(
        findings.map(({ severity, rule, aggregateVersion }) => ({ severity, rule, aggregateVersion })),
        [{ severity: 'note', rule: 'timestamp-steps-back', aggregateVersion: 2 }],
      );
    },
  },
];
