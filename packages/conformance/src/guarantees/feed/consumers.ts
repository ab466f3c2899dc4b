import assert from 'node:assert/strict';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { isClean, refusalOf } from '../../bench/expectations.ts';
import { Recorder, subscribe, subscribed } from '../../bench/Recorder.ts';
import { deferred, within } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const DURABLE = { consumer: 'billing' };

export const CONSUMER_CASES: readonly ConformanceCase[] = [
  {
    id: '6.consumer-begins-at-the-start',
    name: 'delivers everything from the start to a consumer that is new',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const recorder = new Recorder();

      const subscription = subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(5);

      assert.deepEqual(recorder.versionsOf('a'), [1, 2, 3, 4, 5]);
      assert.equal(subscription.status().consumer, 'billing');
      assert.equal(subscription.status().ordered, true);
    },
  },
  {
    id: '6.consumer-goes-on',
    name: 'goes on behind the last event that a consumer handled, whatever place is asked for',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const before = new Recorder();
      const first = subscribe(store, before, DURABLE);
      await before.untilHandled(5);
      await first.close();
      await store.append(eventsOf('a', 6, 8));

      for (const [from, version] of [
        ['start', 9],
        ['now', 10],
      ] as const) {
        const recorder = new Recorder();
        const next = subscribe(store, recorder, { ...DURABLE, from });
        await store.append([eventOf('a', version)]);
        await recorder.until(() => recorder.versionsOf('a').at(-1) === version, `the delivery of version ${version}`);
        await next.close();
        assert.deepEqual(recorder.versionsOf('a'), version === 9 ? [6, 7, 8, 9] : [10]);
      }
    },
  },
  {
    id: '6.clock-may-be-set-back',
    name: 'goes on, and keeps its owner, when the clock is set back while a consumer runs',
    async run(bench) {
      const { store } = await bench.open();
      const [owner, other] = [new Recorder(), new Recorder()];
      await store.append(eventsOf('a', 1, 3));
      const subscription = await subscribed(store, owner, DURABLE);
      await owner.untilHandled(3);

      bench.clock.setBack(3_600_000);
      const waiting = subscribe(store, other, DURABLE);
      await store.append(eventsOf('a', 4, 6, { timestamp: bench.clock.timestamp() }));
      await owner.untilHandled(6);

      assert.deepEqual(owner.versionsOf('a'), [1, 2, 3, 4, 5, 6]);
      assert.equal(other.calls.length, 0);
      assert.equal(waiting.status().state, 'standby');
      await subscription.close();
    },
  },
  {
    id: '6.consumer-begins-at-a-checkpoint',
    name: 'lets a new consumer begin at the end, or behind a checkpoint',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const before = new Recorder();
      subscribe(store, before, { from: 'start' });
      await before.untilHandled(5);
      const third = before.calls[2]?.context.checkpoint as string;

      for (const [consumer, from, versions] of [
        ['late', 'now', []],
        ['behind', third, [4, 5]],
      ] as const) {
        const recorder = new Recorder();
        const subscription = await subscribed(store, recorder, { consumer, from });
        await store.append([eventOf(consumer, 1)]);
        await recorder.until(() => recorder.versionsOf(consumer).length === 1, 'the delivery of a new event');
        await subscription.close();
        assert.deepEqual(recorder.versionsOf('a'), versions);
      }
    },
  },
  {
    id: '6.consumer-survives',
    name: 'goes on with a consumer when it is opened anew',
    async run(bench) {
      const { store, reopen } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const before = new Recorder();
      subscribe(store, before, DURABLE);
      await before.untilHandled(5);

      const again = await reopen();
      await again.append(eventsOf('a', 6, 7));
      const recorder = new Recorder();
      subscribe(again, recorder, DURABLE);
      await recorder.untilHandled(2);

      assert.deepEqual(recorder.versionsOf('a'), [6, 7]);
    },
  },
  {
    id: '6.consumers-are-apart',
    name: 'keeps the places of several consumers apart, and leaves nothing behind of a subscription without one',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));

      for (const options of [DURABLE, { consumer: 'Billing' }, { from: 'start' }]) {
        const recorder = new Recorder();
        const subscription = subscribe(store, recorder, options);
        await recorder.untilHandled(3);
        await subscription.close();
        assert.deepEqual(recorder.versionsOf('a'), [1, 2, 3]);
      }

      const reports = await store.consumers();
      assert.deepEqual(
        reports.map(({ consumer, parkedAggregates }) => ({ consumer, parkedAggregates })),
        [
          { consumer: 'Billing', parkedAggregates: 0 },
          { consumer: 'billing', parkedAggregates: 0 },
        ],
      );
      assert.ok(
        reports.every(({ checkpoint, claimedUntil }) => checkpoint !== undefined && claimedUntil === undefined),
      );
    },
  },
  {
    id: '6.consumers-are-no-content',
    name: 'keeps consumers out of the content digest',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const { contentDigest } = await store.verify();
      const recorder = new Recorder();

      const subscription = subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(3);
      await subscription.close();

      assert.equal((await store.verify()).contentDigest, contentDigest);
      await isClean(store);
    },
  },
  {
    id: '6.close-in-the-middle',
    name: 'lets the running call end when it is closed, calls no further, and goes on there',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const gate = deferred();
      const slow = new Recorder(({ event }) => (event.aggregateVersion === 3 ? gate.promise : undefined));
      const subscription = subscribe(store, slow, DURABLE);
      await slow.until(() => slow.calls.length === 3, 'the third call');

      const closing = subscription.close();
      assert.equal(slow.calls[2]?.context.signal.aborted, true);
      gate.resolve();
      await within(closing, 'the close');

      assert.deepEqual(slow.versionsOf('a'), [1, 2, 3]);
      assert.equal(slow.calls.length, 3);
      assert.equal(subscription.status().state, 'closed');
      await subscription.closed;
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(2);
      assert.deepEqual(recorder.versionsOf('a'), [4, 5]);
    },
  },
  {
    id: '6.close-ends-a-call-that-waits',
    name: 'delivers an event again the next time whose call ended with an error because the subscription closed',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 4));
      const leaving = new Recorder(({ event, context: { signal } }) => {
        if (event.aggregateVersion < 3) return;
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      });
      const subscription = subscribe(store, leaving, { ...DURABLE, attemptsMax: 1 });
      await leaving.until(() => leaving.calls.length === 3, 'the third call');

      await within(subscription.close(), 'the close');

      assert.deepEqual(leaving.versionsOf('a'), [1, 2]);
      assert.deepEqual(await store.parkedAggregates('billing'), []);
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(2);
      assert.deepEqual(recorder.versionsOf('a'), [3, 4]);
    },
  },
  {
    id: '6.signal-closes',
    name: 'closes a subscription whose signal is aborted',
    async run(bench) {
      const { store } = await bench.open();
      const controller = new AbortController();
      const recorder = new Recorder();
      const subscription = await subscribed(store, recorder, { from: 'start', signal: controller.signal });

      controller.abort();
      await within(subscription.closed, 'the end of the subscription');
      await store.append([eventOf('a', 1)]);

      assert.equal(subscription.status().state, 'closed');
      assert.equal(recorder.calls.length, 0);
    },
  },
  {
    id: '6.impossible-consumers',
    name: 'refuses a consumer whose name no store can keep, and settings out of bounds',
    async run(bench) {
      const { store } = await bench.open();
      const subscribing = async (options: Parameters<typeof subscribe>[2]) => {
        await subscribe(store, new Recorder(), options).closed;
      };

      for (const consumer of ['', 'a b', 'a/b', '\u00e9', 'x'.repeat(201)]) {
        await refusalOf(subscribing({ consumer }), 'INVALID_ARGUMENT');
      }
      await refusalOf(subscribing({ attemptsMax: 0 }), 'INVALID_ARGUMENT');
      await refusalOf(subscribing({ checkpointEvery: 0 }), 'INVALID_ARGUMENT');
      await refusalOf(subscribing({ retryDelaysMs: [-1] }), 'INVALID_ARGUMENT');
      assert.deepEqual(await store.consumers(), []);
    },
  },
];
