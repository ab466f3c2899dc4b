import assert from 'node:assert/strict';
import { InMemoryAuditLog } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { eventually, within } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const DURABLE = { consumer: 'billing' };

export const FAILURE_CASES: readonly ConformanceCase[] = [
  {
    id: '6.failed-call-is-repeated',
    name: 'calls the handler again after a failure, as often as told, and goes on once it succeeds',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const recorder = new Recorder(({ event, context }) => {
        if (event.aggregateVersion === 2 && context.attempt < 4) throw new TypeError('not yet');
      });

      subscribe(store, recorder, { ...DURABLE, attemptsMax: 4 });
      await recorder.untilHandled(3);

      assert.deepEqual(
        recorder.calls.map(({ event, context }) => [event.aggregateVersion, context.attempt]),
        [
          [1, 1],
          [2, 1],
          [2, 2],
          [2, 3],
          [2, 4],
          [3, 1],
        ],
      );
    },
  },
  {
    id: '6.failure-waits-as-told',
    name: 'waits between the tries of one event as long as told',
    async run(bench) {
      const { store } = await bench.open();
      const waited: number[] = [];
      await store.append([eventOf('a', 1)]);
      let last = bench.clock.now();
      const recorder = new Recorder(({ context }) => {
        waited.push(Math.round((bench.clock.now() - last) / 60_000));
        last = bench.clock.now();
        if (context.attempt < 3) throw new TypeError('not yet');
      });

      subscribe(store, recorder, { ...DURABLE, attemptsMax: 3, retryDelaysMs: [60_000, 120_000] });
      await recorder.until(() => recorder.calls.length === 1, 'the first call');
      await eventually(() => {
        bench.clock.advance(1_000);
        return recorder.handled.length === 1;
      }, 'the third try');

      assert.equal(waited.length, 3);
      assert.ok((waited[1] as number) >= 1 && (waited[2] as number) >= 2, `waited ${waited} minutes`);
    },
  },
  {
    id: '6.skip-event',
    name: 'skips an event that fails for good where told to, on record, and says that it is not ordered',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ auditLog });
      await store.append(eventsOf('a', 1, 3));
      const recorder = new Recorder(({ event }) => {
        if (event.aggregateVersion === 2) throw new TypeError('poison');
      });

      const subscription = subscribe(store, recorder, { ...DURABLE, onFailure: 'skip-event' });
      await recorder.untilHandled(2);

      assert.deepEqual(recorder.versionsOf('a'), [1, 3]);
      assert.equal(subscription.status().ordered, false);
      assert.deepEqual(await subscription.parked(), []);
      const [skipped] = auditLog.records.filter(({ action }) => action === 'feed.skipped');
      assert.deepEqual(skipped?.details, { consumer: 'billing', aggregateId: 'a', aggregateVersion: 2 });
    },
  },
  {
    id: '6.stop',
    name: "ends with the handler's error where told to, and goes on with that event the next time",
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const poison = new TypeError('poison');
      const failing = new Recorder(({ event }) => {
        if (event.aggregateVersion === 2) throw poison;
      });

      const subscription = subscribe(store, failing, { ...DURABLE, onFailure: 'stop' });
      await assert.rejects(within(subscription.closed, 'the end of the subscription'), (error) => error === poison);

      assert.equal(subscription.status().state, 'failed');
      assert.equal(failing.calls.length, 3);
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(2);
      assert.deepEqual(recorder.versionsOf('a'), [2, 3]);
    },
  },
  {
    id: '6.outage-waits',
    name: 'waits instead of parking when different aggregates fail in a row, and delivers everything in order after it',
    async run(bench) {
      const { store } = await bench.open();
      const ids = ['a', 'b', 'c', 'd', 'e'];
      for (let version = 1; version <= 3; version++) for (const id of ids) await store.append([eventOf(id, version)]);
      let isDown = true;
      const recorder = new Recorder(() => {
        if (isDown) throw new TypeError('the mail server is away');
      });

      const subscription = subscribe(store, recorder, { ...DURABLE, attemptsMax: 1, outageAfter: 3 });
      await eventually(() => subscription.status().state === 'outage', 'the outage');
      assert.ok(subscription.status().parkedAggregates < 3);
      isDown = false;
      await eventually(() => {
        bench.clock.advance(500);
        return recorder.handled.length === 15;
      }, 'the delivery of everything');

      for (const id of ids) assert.deepEqual(recorder.versionsOf(id), [1, 2, 3]);
      await eventually(async () => (await subscription.parked()).length === 0, 'the end of parking');
      assert.equal(subscription.status().parkedAggregates, 0);
    },
  },
];
