import assert from 'node:assert/strict';
import type { DomainEvent } from '@nexus/shared';
import { at, eventOf, eventsOf } from '../../bench/events.ts';
import { refusedWithoutTrace } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const CHANGES: readonly Partial<DomainEvent>[] = [
  { payload: { version: 2, more: true } },
  { payload: { version: 2.0000000001 } },
  { metadata: { userId: 'another' } },
  { timestamp: at(1) },
  { eventType: 'AnotherThingHappened' },
  { aggregateType: 'Thing' },
];

export const CHANGED_CONTENT_CASES: readonly ConformanceCase[] = [
  {
    id: '3.other-content-is-a-mismatch',
    name: 'refuses a stored event id at its place with other content, whatever it is that differs',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const [, stored] = await store.getEvents('a');

      for (const change of CHANGES) {
        const event = eventOf('a', 2, change);
        const error = await refusedWithoutTrace(store, 'IDEMPOTENCY_MISMATCH', () => store.append([event]));
        const { digest, ...details } = error.details as Record<string, unknown>;
        assert.deepEqual(details, {
          aggregateId: 'a',
          aggregateVersion: 2,
          eventId: 'a@2',
          storedDigest: stored?.recorded.digest,
        });
        assert.notEqual(digest, stored?.recorded.digest);
      }
    },
  },
  {
    id: '3.mismatch-in-a-batch',
    name: 'refuses a repeated batch in which one event has changed',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const changed = eventsOf('a', 1, 5).with(4, eventOf('a', 5, { payload: { changed: true } }));

      await refusedWithoutTrace(store, 'IDEMPOTENCY_MISMATCH', () => store.append(changed));
    },
  },
  {
    id: '3.part-stored-part-new',
    name: 'refuses an append that is stored in part, and says which part',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));

      const error = await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () => store.append(eventsOf('a', 2, 5)));

      assert.deepEqual(error.details, {
        aggregateId: 'a',
        expectedVersion: 1,
        actualVersion: 3,
        alreadyStored: [
          { aggregateId: 'a', aggregateVersion: 2 },
          { aggregateId: 'a', aggregateVersion: 3 },
        ],
      });
    },
  },
  {
    id: '3.repeated-with-one-more',
    name: 'refuses a repeated append with one event more, and stores nothing of it',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));

      const error = await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () => store.append(eventsOf('a', 1, 4)));

      const { alreadyStored } = error.details as { alreadyStored: { aggregateVersion: number }[] };
      assert.deepEqual(
        alreadyStored.map(({ aggregateVersion }) => aggregateVersion),
        [1, 2, 3],
      );
      assert.equal(await store.getReceipt('a', 4), undefined);
      await store.append([eventOf('a', 4)]);
    },
  },
];
