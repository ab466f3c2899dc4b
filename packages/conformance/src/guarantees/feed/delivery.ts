import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, fill, placesOf, refusalOf, sameEvents } from '../../bench/expectations.ts';
import { Recorder, subscribe, subscribed } from '../../bench/Recorder.ts';
import { deferred, eventually, nextTurn, within } from '../../bench/waiting.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const IDS = ['a', 'b', 'c'];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Several writers append to aggregates of their own, in turns that interleave. */
async function writeInTurns(stores: readonly ConformingStore[], writers: number, versions: number): Promise<void> {
  const write = async (writer: number) => {
    const store = stores[writer % stores.length] as ConformingStore;
    for (let version = 1; version <= versions; version++) await store.append([eventOf(`w${writer}`, version)]);
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
}

export const DELIVERY_CASES: readonly ConformanceCase[] = [
  {
    id: '6.from-the-start-in-order',
    name: 'delivers everything from the start, each aggregate in the order of its versions',
    async run(bench) {
      const { store } = await bench.open();
      for (let version = 1; version <= 20; version += 2) {
        for (const id of IDS) await store.append(eventsOf(id, version, version + 1));
      }
      const recorder = new Recorder();

      subscribe(store, recorder, { from: 'start' });
      await recorder.untilHandled(60);

      for (const id of IDS) {
        sameEvents(
          recorder.handled.filter((event) => event.aggregateId === id),
          eventsOf(id, 1, 20),
        );
      }
      assert.equal(recorder.calls.length, 60);
      assert.ok(recorder.calls.every(({ context }) => context.attempt === 1 && context.checkpoint !== ''));
    },
  },
  {
    id: '6.delivers-what-reads-give',
    name: 'delivers events as the reads give them, with their record',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3, { metadata: { userId: 'u' }, aggregateType: 'Thing' }));
      const recorder = new Recorder();

      subscribe(store, recorder, { from: 'start' });
      await recorder.untilHandled(3);

      assert.deepEqual(recorder.handled, await store.getEvents('a'));
    },
  },
  {
    id: '6.long-feed-is-whole',
    name: 'delivers thousands of events without leaving one out',
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', 3_000);
      const recorder = new Recorder();

      subscribe(store, recorder, { from: 'start' });
      await recorder.untilHandled(3_000);

      assert.deepEqual(recorder.versionsOf('a'), range(1, 3_000));
    },
  },
  {
    id: '6.begins-now-by-default',
    name: 'begins at the end of the feed where nothing else is said',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const recorder = new Recorder();

      await subscribed(store, recorder);
      await store.append([eventOf('a', 6)]);
      await recorder.untilHandled(1);

      assert.deepEqual(recorder.versionsOf('a'), [6]);
    },
  },
  {
    id: '6.wakes-for-new-events',
    name: 'delivers what is appended once it has caught up',
    async run(bench) {
      const { store } = await bench.open();
      const recorder = new Recorder();
      const subscription = await subscribed(store, recorder, { from: 'start' });

      for (let version = 1; version <= 10; version++) {
        await eventually(() => subscription.status().state === 'live', 'catching up');
        await store.append([eventOf('a', version)]);
        await recorder.untilHandled(version);
      }

      assert.deepEqual(recorder.versionsOf('a'), range(1, 10));
      assert.equal(subscription.status().delivered, 10);
    },
  },
  {
    id: '6.wakes-for-other-instances',
    name: 'delivers what another instance appends',
    async run(bench) {
      const { store, second } = await bench.open();
      const other = await second();
      const recorder = new Recorder();
      const subscription = await subscribed(store, recorder, { from: 'start' });

      for (let version = 1; version <= 5; version++) {
        await eventually(() => subscription.status().state === 'live', 'catching up');
        await other.append([eventOf('a', version)]);
        await recorder.untilHandled(version);
      }

      assert.deepEqual(recorder.versionsOf('a'), range(1, 5));
    },
  },
  {
    id: '6.nothing-skipped-while-writers-race',
    name: 'leaves nothing out while writers race',
    async run(bench) {
      const { store } = await bench.open();
      const recorder = new Recorder();
      subscribe(store, recorder, { from: 'start' });

      await writeInTurns([store], 8, 25);
      await recorder.untilHandled(200);

      for (let writer = 0; writer < 8; writer++) assert.deepEqual(recorder.versionsOf(`w${writer}`), range(1, 25));
      assert.equal(recorder.calls.length, 200);
      assert.deepEqual(
        recorder.handled.map((event) => JSON.stringify(event)),
        await contentOf(store),
      );
    },
  },
  {
    id: '6.nothing-skipped-while-instances-race',
    name: 'leaves nothing out while writers race through two instances',
    async run(bench) {
      const { store, second } = await bench.open();
      const recorder = new Recorder();
      subscribe(store, recorder, { from: 'start' });

      await writeInTurns([store, await second()], 6, 20);
      await recorder.untilHandled(120);

      for (let writer = 0; writer < 6; writer++) assert.deepEqual(recorder.versionsOf(`w${writer}`), range(1, 20));
      assert.equal(recorder.calls.length, 120);
    },
  },
  {
    id: '6.only-what-was-stored',
    name: 'delivers neither a refused append nor a repeated one again',
    async run(bench) {
      const { store } = await bench.open();
      const recorder = new Recorder();
      subscribe(store, recorder, { from: 'start' });

      await store.append(eventsOf('a', 1, 2));
      await store.append(eventsOf('a', 1, 2));
      await refusalOf(store.append([eventOf('a', 1, { eventId: 'stale' })]), 'CONCURRENCY_CONFLICT');
      await refusalOf(store.append([eventOf('a', 9)]), 'VERSION_GAP');
      await store.append([eventOf('b', 1)]);
      await recorder.until(() => recorder.versionsOf('b').length === 1, 'the delivery of the last event');

      assert.deepEqual(placesOf(recorder.calls.map(({ event }) => event)), [
        ['a', 1],
        ['a', 2],
        ['b', 1],
      ]);
    },
  },
  {
    id: '6.only-wanted-types',
    name: 'delivers only the event types that were asked for',
    async run(bench) {
      const { store } = await bench.open();
      const types = ['Wanted', 'Other', 'Wanted', 'wanted', 'Also'];
      await store.append(types.map((eventType, index) => eventOf('a', index + 1, { eventType })));
      const recorder = new Recorder();

      subscribe(store, recorder, { from: 'start', eventTypes: ['Wanted', 'Also'] });
      await recorder.untilHandled(3);

      assert.deepEqual(recorder.versionsOf('a'), [1, 3, 5]);
    },
  },
  {
    id: '6.one-call-at-a-time',
    name: 'waits for each handler call to end before the next one',
    async run(bench) {
      const { store } = await bench.open();
      for (const id of IDS) await store.append(eventsOf(id, 1, 5));
      const recorder = new Recorder(nextTurn);

      subscribe(store, recorder, { from: 'start' });
      await recorder.untilHandled(15);

      assert.equal(recorder.calls.length, 15);
    },
  },
  {
    id: '6.slow-handler-slows-reading',
    name: 'reads no further ahead than a few pages while a handler is slow',
    async run(bench) {
      const { store, harness } = await bench.open();
      const { feedEntriesRead } = harness;
      onlyWhere(feedEntriesRead !== undefined, 'the factory does not count what is read of the feed');
      await fill(store, 'a', 8_000);
      const gate = deferred();
      const recorder = new Recorder(() => gate.promise);
      const readBefore = feedEntriesRead();

      subscribe(store, recorder, { from: 'start' });
      await recorder.until(() => recorder.calls.length === 1, 'the first call');
      for (let turn = 0; turn < 50; turn++) await nextTurn();
      const ahead = feedEntriesRead() - readBefore;
      gate.resolve();

      assert.ok(ahead <= 4_000, `${ahead} of 8,000 entries were read while the first was handled`);
      await recorder.untilHandled(8_000);
    },
  },
  {
    id: '6.closing-the-store-ends-subscriptions',
    name: 'ends its subscriptions when it closes',
    async run(bench) {
      const { store } = await bench.open();
      const subscription = await subscribed(store, new Recorder(), { from: 'start' });

      await store.close();

      await within(subscription.closed, 'the end of the subscription');
      assert.equal(subscription.status().state, 'closed');
    },
  },
];
