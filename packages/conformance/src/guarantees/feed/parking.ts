import assert from 'node:assert/strict';
import { InMemoryAuditLog, type Subscription } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { refusalOf } from '../../bench/expectations.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { deferred, eventually, within } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const DURABLE = { consumer: 'billing' };
const BATCH = 250;

/** A handler that fails at one version of one aggregate until it is mended. */
class Poisoned extends Recorder {
  isMended = false;

  constructor(aggregateId: string, aggregateVersion: number) {
    super(({ event }) => {
      const isPoison = event.aggregateId === aggregateId && event.aggregateVersion === aggregateVersion;
      if (isPoison && !this.isMended) throw new TypeError('poison');
    });
  }
}

interface ParkedScene {
  readonly recorder: Poisoned;
  readonly subscription: Subscription;
}

/** `a` is parked at version 2 of 4; `b` is delivered to its end. */
async function park(store: ConformingStore): Promise<ParkedScene> {
  for (let version = 1; version <= 4; version++) {
    for (const id of ['a', 'b']) await store.append([eventOf(id, version)]);
  }
  const recorder = new Poisoned('a', 2);
  const subscription = subscribe(store, recorder, DURABLE);
  await recorder.until(() => recorder.versionsOf('b').length === 4, 'the delivery of the other aggregate');
  return { recorder, subscription };
}

async function appendUpTo(store: ConformingStore, aggregateId: string, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++) await store.append([eventOf(aggregateId, version)]);
}

async function appendInBatches(store: ConformingStore, aggregateId: string, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version += BATCH) {
    await store.append(eventsOf(aggregateId, version, Math.min(version + BATCH - 1, to)));
  }
}

export const PARKING_CASES: readonly ConformanceCase[] = [
  {
    id: '6.failure-parks-that-aggregate-only',
    name: 'parks an aggregate whose event fails for good, calls nothing more of it, and goes on with all others',
    async run(bench) {
      const { store } = await bench.open();

      const { recorder, subscription } = await park(store);

      await store.append([eventOf('a', 5)]);
      await store.append([eventOf('c', 1)]);
      await recorder.until(() => recorder.versionsOf('c').length === 1, 'the delivery of a later event');
      assert.deepEqual(recorder.versionsOf('a'), [1]);
      assert.deepEqual(recorder.versionsOf('b'), [1, 2, 3, 4]);
      const [parked, ...others] = await subscription.parked();
      assert.equal(others.length, 0);
      assert.deepEqual(
        { ...parked, parkedAt: '' },
        {
          aggregateId: 'a',
          aggregateVersion: 2,
          eventId: 'a@2',
          attempts: 2,
          error: 'poison',
          parkedAt: '',
          state: 'parked',
        },
      );
      assert.deepEqual(await store.parkedAggregates('billing'), [parked]);
      assert.equal(subscription.status().parkedAggregates, 1);
      assert.equal((await store.consumers())[0]?.parkedAggregates, 1);
    },
  },
  {
    id: '6.retry-resumes-in-order',
    name: 'delivers a parked aggregate again from the version that waits, in order, and what came since',
    async run(bench) {
      const { store } = await bench.open();
      const { recorder, subscription } = await park(store);
      await store.append(eventsOf('a', 5, 6));
      recorder.isMended = true;

      await subscription.retry('a');
      await recorder.until(() => recorder.versionsOf('a').length === 6, 'the delivery of the parked aggregate');
      await store.append([eventOf('a', 7)]);
      await recorder.until(() => recorder.versionsOf('a').length === 7, 'the delivery of what followed');

      assert.deepEqual(recorder.versionsOf('a'), [1, 2, 3, 4, 5, 6, 7]);
      assert.deepEqual(await subscription.parked(), []);
      assert.equal(subscription.status().parkedAggregates, 0);
    },
  },
  {
    id: '6.retry-beside-writers',
    name: 'keeps the order of a resumed aggregate, and leaves nothing out, while writers go on',
    async run(bench) {
      const { store } = await bench.open();
      const { recorder, subscription } = await park(store);
      recorder.isMended = true;
      const writing = Promise.all(['a', 'b'].map((id) => appendUpTo(store, id, 5, 60)));

      await subscription.retry('a');
      await writing;
      await recorder.until(() => recorder.versionsOf('a').length >= 60, 'the delivery of the parked aggregate');
      await recorder.until(() => recorder.versionsOf('b').length >= 60, 'the delivery of the other aggregate');

      const all = Array.from({ length: 60 }, (_, index) => index + 1);
      assert.deepEqual(recorder.versionsOf('a'), all);
      assert.deepEqual(recorder.versionsOf('b'), all);
    },
  },
  {
    id: '6.retry-that-fails-parks-again',
    name: 'parks an aggregate again at the same version when its retry fails too',
    async run(bench) {
      const { store } = await bench.open();
      const { recorder, subscription } = await park(store);
      const calls = recorder.calls.length;

      await subscription.retry('a');
      await recorder.until(() => recorder.calls.length === calls + 2, 'the retry');
      await eventually(async () => (await subscription.parked())[0]?.state === 'parked', 'parking again');

      assert.equal((await subscription.parked())[0]?.aggregateVersion, 2);
      assert.deepEqual(recorder.versionsOf('a'), [1]);
    },
  },
  {
    id: '6.discard-skips-exactly-one',
    name: 'skips exactly the version that waits when it is discarded, on record, and goes on behind it',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ auditLog });
      const { recorder, subscription } = await park(store);

      await subscription.discard('a', 2);
      await recorder.until(() => recorder.versionsOf('a').length === 3, 'the delivery of what followed');
      await store.append([eventOf('a', 5)]);
      await recorder.until(() => recorder.versionsOf('a').length === 4, 'the delivery of a new event');

      assert.deepEqual(recorder.versionsOf('a'), [1, 3, 4, 5]);
      assert.deepEqual(await subscription.parked(), []);
      const [discarded] = auditLog.records.filter(({ action }) => action === 'feed.discarded');
      assert.deepEqual(discarded?.details, { consumer: 'billing', aggregateId: 'a', aggregateVersion: 2 });
    },
  },
  {
    id: '6.close-while-resuming',
    name: 'closes without an error while it resumes a long aggregate, and resumes it the next time',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 2, { eventType: 'Wanted' }));
      await appendInBatches(store, 'a', 3, 2_000);
      const options = { ...DURABLE, eventTypes: ['Wanted'] };
      const gate = deferred();
      const recorder = new Recorder(({ event, context }) => {
        if (event.aggregateVersion === 1) return;
        if (recorder.calls.length <= 3) throw new TypeError('poison');
        context.signal.addEventListener('abort', () => gate.resolve(), { once: true });
        return gate.promise;
      });
      const subscription = subscribe(store, recorder, options);
      await eventually(async () => (await subscription.parked()).length === 1, 'parking');
      await subscription.retry('a');
      await recorder.until(() => recorder.calls.length === 4, 'the retry');

      await subscription.close();

      await within(subscription.closed, 'the end of the subscription');
      assert.equal(subscription.status().state, 'closed');
      subscribe(store, new Recorder(), options);
      await eventually(async () => (await store.parkedAggregates('billing')).length === 0, 'the end of parking');
    },
  },
  {
    id: '6.skips-when-resuming',
    name: 'skips what fails again when a parked aggregate is resumed by a consumer that skips',
    async run(bench) {
      const { store } = await bench.open();
      const { subscription } = await park(store);
      await subscription.close();
      await store.retryParked('billing', 'a');
      const recorder = new Poisoned('a', 2);

      subscribe(store, recorder, { ...DURABLE, onFailure: 'skip-event' });
      await recorder.until(() => recorder.versionsOf('a').length === 2, 'the delivery of what followed');

      assert.deepEqual(recorder.versionsOf('a'), [3, 4]);
      await eventually(async () => (await store.parkedAggregates('billing')).length === 0, 'the end of parking');
    },
  },
  {
    id: '6.discard-needs-a-stored-event',
    name: 'discards nothing that is yet to come, which is delivered when it comes',
    async run(bench) {
      const { store } = await bench.open();
      const { subscription } = await park(store);
      await subscription.close();
      for (const version of [2, 3, 4]) await store.discardParked('billing', 'a', version);

      await refusalOf(store.discardParked('billing', 'a', 5), 'NOT_FOUND');
      await store.append([eventOf('a', 5)]);
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.until(() => recorder.versionsOf('a').length === 1, 'the delivery of what came later');

      assert.deepEqual(recorder.versionsOf('a'), [5]);
    },
  },
  {
    id: '6.only-parked-can-be-resumed',
    name: 'refuses to retry or discard what is not parked, or another version of what is',
    async run(bench) {
      const { store } = await bench.open();
      const { recorder, subscription } = await park(store);
      const calls = recorder.calls.length;

      await refusalOf(subscription.retry('b'), 'NOT_FOUND');
      await refusalOf(subscription.discard('b', 1), 'NOT_FOUND');
      await refusalOf(subscription.discard('a', 1), 'NOT_FOUND');
      await refusalOf(subscription.discard('a', 3), 'NOT_FOUND');
      await refusalOf(store.retryParked('another', 'a'), 'NOT_FOUND');

      assert.equal((await subscription.parked())[0]?.aggregateVersion, 2);
      assert.equal(recorder.calls.length, calls);
    },
  },
  {
    id: '6.parked-for-one-consumer',
    name: 'parks an aggregate for the consumer that failed, and for no other',
    async run(bench) {
      const { store } = await bench.open();
      await park(store);
      const other = new Recorder();

      subscribe(store, other, { consumer: 'shipping' });
      await other.untilHandled(8);

      assert.deepEqual(other.versionsOf('a'), [1, 2, 3, 4]);
      assert.deepEqual(await store.parkedAggregates('shipping'), []);
    },
  },
  {
    id: '6.operator-resumes',
    name: 'takes up what an operator asked for while the consumer was away',
    async run(bench) {
      const { store } = await bench.open();
      const { subscription } = await park(store);
      await subscription.close();

      await store.retryParked('billing', 'a');
      assert.equal((await store.parkedAggregates('billing'))[0]?.state, 'retrying');
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(3);

      assert.deepEqual(recorder.versionsOf('a'), [2, 3, 4]);
      assert.ok(recorder.calls.every(({ context }) => context.checkpoint !== ''));
      await eventually(async () => (await store.parkedAggregates('billing')).length === 0, 'the end of parking');
    },
  },
  {
    id: '6.operator-resumes-a-running-consumer',
    name: 'takes up what an operator asked for through another instance while the consumer runs',
    async run(bench) {
      const { store, second } = await bench.open();
      const { recorder } = await park(store);
      const other = await second();
      await other.discardParked('billing', 'a', 2);

      await eventually(() => {
        bench.clock.advance(100);
        return recorder.versionsOf('a').length === 3;
      }, 'the delivery of what followed');

      assert.deepEqual(recorder.versionsOf('a'), [1, 3, 4]);
    },
  },
  {
    id: '6.parked-survives',
    name: 'keeps an aggregate parked when it is opened anew, until it is resumed',
    async run(bench) {
      const { store, reopen } = await bench.open();
      const { subscription } = await park(store);
      const parked = await subscription.parked();

      const again = await reopen();
      const recorder = new Recorder();
      const resumed = subscribe(again, recorder, DURABLE);
      await again.append([eventOf('b', 5)]);
      await recorder.untilHandled(1);

      assert.deepEqual(recorder.versionsOf('a'), []);
      assert.deepEqual(await resumed.parked(), parked);
      await resumed.retry('a');
      await recorder.until(() => recorder.versionsOf('a').length === 3, 'the retry');
      assert.deepEqual(recorder.versionsOf('a'), [2, 3, 4]);
    },
  },
];
