import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { holds, isClean, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

export const EXPECTED_VERSION_CASES: readonly ConformanceCase[] = [
  {
    id: '2.must-not-exist',
    name: 'refuses version 1 of an aggregate that exists',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);

      const error = await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () =>
        store.append([eventOf('a', 1, { eventId: 'another' })]),
      );

      assert.deepEqual(error.details, { aggregateId: 'a', expectedVersion: 0, actualVersion: 1 });
      assert.equal(error.kind, 'conflict');
    },
  },
  {
    id: '2.stale-is-refused',
    name: 'refuses an append that assumes an earlier version, and says which it has',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));

      const error = await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () =>
        store.append(eventsOf('a', 4, 8).map((event) => ({ ...event, eventId: `new ${event.eventId}` }))),
      );

      assert.deepEqual(error.details, { aggregateId: 'a', expectedVersion: 3, actualVersion: 5 });
    },
  },
  {
    id: '2.gap-is-refused',
    name: 'refuses an append that would leave a gap, in a new aggregate too',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 2));

      const behind = await refusedWithoutTrace(store, 'VERSION_GAP', () => store.append([eventOf('a', 7)]));
      const first = await refusedWithoutTrace(store, 'VERSION_GAP', () => store.append([eventOf('new', 2)]));

      assert.deepEqual(behind.details, { aggregateId: 'a', expectedVersion: 6, actualVersion: 2 });
      assert.deepEqual(first.details, { aggregateId: 'new', expectedVersion: 1, actualVersion: 0 });
    },
  },
  {
    id: '2.refused-leaves-aggregate-usable',
    name: 'takes the right version after any refused append',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);

      for (let version = 2; version <= 4; version++) {
        await refusalOf(store.append([eventOf('a', version - 1, { eventId: 'stale' })]), 'CONCURRENCY_CONFLICT');
        await refusalOf(store.append([eventOf('a', version + 3)]), 'VERSION_GAP');
        assert.equal(await store.getVersion('a'), version - 1);
        await store.append([eventOf('a', version)]);
      }

      await holds(store, 'a', eventsOf('a', 1, 4));
      await isClean(store);
    },
  },
  {
    id: '2.version-of-the-aggregate',
    name: 'says version 0 of an unknown aggregate, and the last one of a known',
    async run(bench) {
      const { store } = await bench.open();

      assert.equal(await store.getVersion('a'), 0);
      await store.append(eventsOf('a', 1, 3));
      assert.equal(await store.getVersion('a'), 3);
      await store.append([eventOf('a', 4)]);
      assert.equal(await store.getVersion('a'), 4);
      assert.equal(await store.getVersion('A'), 0);
    },
  },
  {
    id: '2.version-is-read-strongly',
    name: 'judges by what other instances have stored, not by what this one remembers',
    async run(bench) {
      const { store, second } = await bench.open();
      const other = await second();
      await store.append([eventOf('a', 1)]);
      await other.append([eventOf('a', 2)]);

      const stale = () => store.append([eventOf('a', 2, { eventId: 'stale' })]);

      await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', stale);
      assert.equal(await store.getVersion('a'), 2);
      await store.append([eventOf('a', 3)]);
      await holds(other, 'a', eventsOf('a', 1, 3));
    },
  },
];
