import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { refusedWithoutTrace } from '../../bench/expectations.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';

const ACROSS = 'capabilities.appendsAcrossAggregates is false';

export const CHECK_ORDER_CASES: readonly ConformanceCase[] = [
  {
    id: '2.same-before-conflict',
    name: 'finds the same append before it finds a conflict',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 2));
      await store.append(eventsOf('a', 3, 4));

      const { replayed } = await store.append(eventsOf('a', 1, 2));

      assert.equal(replayed, true);
    },
  },
  {
    id: '2.mismatch-before-conflict',
    name: 'finds changed content before it finds a conflict',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const events = [eventOf('a', 2, { eventId: 'another' }), eventOf('a', 3, { payload: { changed: true } })];

      const error = await refusedWithoutTrace(store, 'IDEMPOTENCY_MISMATCH', () => store.append(events));

      assert.equal((error.details as { aggregateVersion: number }).aggregateVersion, 3);
    },
  },
  {
    id: '2.mismatch-before-conflict-elsewhere',
    name: 'finds changed content in one aggregate before a conflict in another',
    async run(bench) {
      const { store } = await bench.open();
      onlyWhere(store.capabilities.appendsAcrossAggregates, ACROSS);
      await store.append([eventOf('a', 1), eventOf('b', 1)]);
      const events = [eventOf('a', 1, { eventId: 'another' }), eventOf('b', 1, { payload: { changed: true } })];

      await refusedWithoutTrace(store, 'IDEMPOTENCY_MISMATCH', () => store.append(events));
    },
  },
  {
    id: '2.conflict-before-gap',
    name: 'finds a conflict in one aggregate before a gap in another',
    async run(bench) {
      const { store } = await bench.open();
      onlyWhere(store.capabilities.appendsAcrossAggregates, ACROSS);
      await store.append([eventOf('b', 1)]);
      const gap = eventOf('a', 5);
      const stale = eventOf('b', 1, { eventId: 'stale' });

      for (const events of [
        [gap, stale],
        [stale, gap],
      ]) {
        await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () => store.append(events));
      }
    },
  },
];
