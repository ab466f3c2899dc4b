import assert from 'node:assert/strict';
import type { Bench } from '../../bench/Bench.ts';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { placesOf, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

function needsIndex(store: ConformingStore): void {
  onlyWhere(store.capabilities.eventIdIndex, 'capabilities.eventIdIndex is false');
}

/** A store that takes every event id once, where stores of this kind can. */
async function openUnique(bench: Bench): Promise<ConformingStore> {
  const { store: probe } = await bench.open();
  needsIndex(probe);
  return (await bench.open({ uniqueEventIds: 'store' })).store;
}

function needsNoIndex(store: ConformingStore): void {
  onlyWhere(!store.capabilities.eventIdIndex, 'capabilities.eventIdIndex is true');
}

export const EVENT_ID_CASES: readonly ConformanceCase[] = [
  {
    id: '5.find-by-event-id',
    name: 'finds every event with an id, in the order of the feed',
    async run(bench) {
      const { store } = await bench.open();
      needsIndex(store);
      await store.append([eventOf('z', 1, { eventId: 'shared' }), eventOf('z', 2)]);
      await store.append([eventOf('a', 1, { eventId: 'shared' })]);
      await store.append([eventOf('a', 2, { eventId: 'shared' }), eventOf('a', 3, { eventId: 'SHARED' })]);

      const found = await store.findByEventId('shared');

      assert.deepEqual(placesOf(found), [
        ['z', 1],
        ['a', 1],
        ['a', 2],
      ]);
      assert.deepEqual(await store.findByEventId('unknown'), []);
      await refusalOf(store.findByEventId(''), 'INVALID_ARGUMENT');
    },
  },
  {
    id: '5.find-by-event-id-refused',
    name: 'refuses to look for an event id where it has no index',
    async run(bench) {
      const { store } = await bench.open();
      needsNoIndex(store);

      const error = await refusalOf(store.findByEventId('e'), 'NOT_SUPPORTED');

      assert.deepEqual(error.details, { capability: 'eventIdIndex' });
    },
  },
  {
    id: '5.unique-event-ids',
    name: 'refuses an event id that is anywhere in the store, where told to, and no repeat of the same append',
    async run(bench) {
      const store = await openUnique(bench);
      await store.append(eventsOf('a', 1, 2));

      for (const event of [eventOf('b', 1, { eventId: 'a@1' }), eventOf('a', 3, { eventId: 'a@1' })]) {
        const batch = [event, eventOf(event.aggregateId, event.aggregateVersion + 1)];
        const error = await refusedWithoutTrace(store, 'DUPLICATE_EVENT_ID', () => store.append(batch));
        assert.deepEqual(error.details, { eventId: 'a@1', aggregateId: 'a', aggregateVersion: 1 });
      }
      assert.equal((await store.append(eventsOf('a', 1, 2))).replayed, true);
      await store.append([eventOf('b', 1)]);
    },
  },
  {
    id: '5.unique-event-ids-race',
    name: 'lets one of several racing aggregates have an event id, where ids are unique in the store',
    async run(bench) {
      const store = await openUnique(bench);

      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) => store.append([eventOf(`a${index}`, 1, { eventId: 'one' })])),
      );

      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await store.findByEventId('one')).length, 1);
    },
  },
  {
    id: '5.unique-event-ids-refused',
    name: 'refuses to keep event ids unique where it has no index',
    async run(bench) {
      const { store } = await bench.open();
      needsNoIndex(store);

      const error = await refusalOf(bench.open({ uniqueEventIds: 'store' }), 'NOT_SUPPORTED');

      assert.deepEqual(error.details, { capability: 'eventIdIndex' });
    },
  },
];
