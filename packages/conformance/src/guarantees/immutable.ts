import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../bench/events.ts';
import { contentOf, refusedWithoutTrace } from '../bench/expectations.ts';
import type { ConformanceCase, Guarantee } from '../ConformanceCase.ts';

const CASES: readonly ConformanceCase[] = [
  {
    id: '4.stored-event-is-not-overwritten',
    name: 'keeps a stored event when another is appended at its place',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const usurper = eventOf('a', 3, { eventId: 'usurper', payload: { usurped: true } });

      await refusedWithoutTrace(store, 'CONCURRENCY_CONFLICT', () => store.append([usurper]));

      const events = await store.getEvents('a');
      assert.equal(events.at(-1)?.eventId, 'a@3');
    },
  },
  {
    id: '4.repeats-rewrite-nothing',
    name: 'rewrites neither event, record nor receipt when an append is repeated later',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const content = await contentOf(store);
      const receipt = await store.getReceipt('a', 2);
      bench.clock.advance(3_600_000);

      await store.append(eventsOf('a', 1, 3), { principal: { id: 'late', roles: [], client: 'c' } });

      assert.deepEqual(await contentOf(store), content);
      assert.deepEqual(await store.getReceipt('a', 2), receipt);
    },
  },
  {
    id: '4.later-events-rewrite-nothing',
    name: 'keeps every earlier event and receipt to the letter as others follow',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const content = await contentOf(store);
      const receipt = await store.getReceipt('a', 1);

      for (let version = 4; version <= 40; version++) await store.append([eventOf('a', version)]);

      assert.deepEqual((await contentOf(store)).slice(0, 3), content);
      assert.deepEqual(await store.getReceipt('a', 1), receipt);
    },
  },
  {
    id: '4.answers-are-copies',
    name: 'is not changed by what a caller does to the events and receipts that it was given',
    async run(bench) {
      const { store } = await bench.open();
      const { receipts } = await store.append(eventsOf('a', 1, 2));
      const content = await contentOf(store);
      const receipt = JSON.stringify(receipts[0]);

      const given = [receipts[0], await store.getReceipt('a', 1), ...(await store.getEvents('a'))];
      for (const one of given) deface(one);

      assert.deepEqual(await contentOf(store), content);
      assert.equal(JSON.stringify(await store.getReceipt('a', 1)), receipt);
      assert.equal(JSON.stringify((await store.append(eventsOf('a', 1, 2))).receipts[0]), receipt);
    },
  },
];

/** Overwrites whatever an object and those in it hold, as far as they let it. */
function deface(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    deface(Reflect.get(value, key));
    Reflect.set(value, key, 'defaced');
  }
}

export const IMMUTABLE: Guarantee = { number: 4, title: 'What is stored is never changed', cases: CASES };
