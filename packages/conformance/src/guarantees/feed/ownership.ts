import assert from 'node:assert/strict';
import type { Subscription } from '@nexus/shared';
import type { Bench } from '../../bench/Bench.ts';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { eventually } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const DURABLE = { consumer: 'billing' };

/** Two subscriptions of one consumer: the first owns it, the second waits and takes over when the first ends. */
async function handOver(bench: Bench, stores: readonly [ConformingStore, ConformingStore]): Promise<void> {
  await stores[0].append(eventsOf('a', 1, 5));
  const owner = new Recorder();
  const waiting = new Recorder();
  const first = subscribe(stores[0], owner, DURABLE);
  await owner.untilHandled(5);

  const next = subscribe(stores[1], waiting, DURABLE);
  await stores[0].append(eventsOf('a', 6, 8));
  await owner.untilHandled(8);
  assert.equal(next.status().state, 'standby');
  assert.equal(waiting.calls.length, 0);

  await first.close();
  await stores[0].append([eventOf('a', 9)]);
  await eventually(() => {
    bench.clock.advance(100);
    return waiting.handled.length === 1;
  }, 'taking over');
  assert.deepEqual(owner.versionsOf('a'), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(waiting.versionsOf('a'), [9]);
}

export const OWNERSHIP_CASES: readonly ConformanceCase[] = [
  {
    id: '6.one-owner-of-a-consumer',
    name: 'lets one of two subscriptions own a consumer, and the other go on where it ended',
    async run(bench) {
      const { store } = await bench.open();

      await handOver(bench, [store, store]);
    },
  },
  {
    id: '6.one-owner-across-instances',
    name: 'lets one of two instances own a consumer, and the other go on where it ended',
    async run(bench) {
      const { store, second } = await bench.open();

      await handOver(bench, [store, await second()]);
    },
  },
  {
    id: '6.owners-race',
    name: 'lets exactly one of many subscriptions own a consumer that all claim at once',
    async run(bench) {
      const { store, second } = await bench.open();
      const stores = [store, await second()];
      await store.append(eventsOf('a', 1, 50));
      const recorders = Array.from({ length: 10 }, () => new Recorder());
      const delivered = () => recorders.reduce((sum, recorder) => sum + recorder.handled.length, 0);

      const subscriptions = recorders.map(
        (recorder, index): Subscription => subscribe(stores[index % 2] as ConformingStore, recorder, DURABLE),
      );
      await eventually(() => delivered() >= 50, 'the delivery of everything');
      await store.append([eventOf('a', 51)]);
      await eventually(() => delivered() >= 51, 'the delivery of a new event');

      const owners = recorders.filter((recorder) => recorder.calls.length > 0);
      assert.equal(owners.length, 1);
      assert.equal(owners[0]?.calls.length, 51);
      assert.equal(subscriptions.filter((one) => one.status().state === 'standby').length, 9);
    },
  },
  {
    id: '6.owner-shows',
    name: 'says until when a consumer is claimed while it is owned, and no longer after',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);
      const recorder = new Recorder();
      const subscription = subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(1);

      const [owned] = await store.consumers();
      await subscription.close();
      const [free] = await store.consumers();

      assert.ok((owned?.claimedUntil ?? '') > bench.clock.timestamp());
      assert.equal(free?.claimedUntil, undefined);
      assert.notEqual(free?.checkpoint, undefined);
    },
  },
];
