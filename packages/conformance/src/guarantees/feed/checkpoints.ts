import assert from 'node:assert/strict';
import { isNexusError, type Subscription } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { isClean, refusalOf } from '../../bench/expectations.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { within } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

/** The checkpoint of each event of a feed that holds so many. */
async function checkpointsOf(store: ConformingStore, count: number): Promise<string[]> {
  const recorder = new Recorder();
  const subscription = subscribe(store, recorder, { from: 'start' });
  await recorder.untilHandled(count);
  await subscription.close();
  return recorder.calls.map(({ context }) => context.checkpoint);
}

async function endsAsInvalid(subscription: Subscription, recorder: Recorder): Promise<void> {
  const error = await refusalOf(within(subscription.closed, 'the end of the subscription'), 'CHECKPOINT_INVALID');
  await refusalOf(subscription.started, 'CHECKPOINT_INVALID');
  assert.equal(subscription.status().state, 'failed');
  assert.equal(subscription.status().error, error);
  assert.equal(recorder.calls.length, 0);
}

export const CHECKPOINT_CASES: readonly ConformanceCase[] = [
  {
    id: '6.resumes-behind-a-checkpoint',
    name: 'goes on behind any checkpoint with the very next event',
    async run(bench) {
      const { store } = await bench.open();
      for (let version = 1; version <= 9; version += 3) await store.append(eventsOf('a', version, version + 2));
      const checkpoints = await checkpointsOf(store, 9);

      for (const [index, from] of checkpoints.entries()) {
        const recorder = new Recorder();
        const subscription = subscribe(store, recorder, { from });
        await store.append([eventOf('b', index + 1)]);
        await recorder.untilHandled(9 - (index + 1) + (index + 1));
        await subscription.close();
        assert.deepEqual(recorder.versionsOf('a'), [1, 2, 3, 4, 5, 6, 7, 8, 9].slice(index + 1));
        assert.deepEqual(recorder.versionsOf('b')[0], 1);
      }
    },
  },
  {
    id: '6.resumes-elsewhere',
    name: 'goes on behind a checkpoint when it is opened anew',
    async run(bench) {
      const { store, reopen } = await bench.open();
      await store.append(eventsOf('a', 1, 5));
      const checkpoints = await checkpointsOf(store, 5);

      const again = await reopen();
      const recorder = new Recorder();
      subscribe(again, recorder, { from: checkpoints[2] as string });
      await recorder.untilHandled(2);

      assert.deepEqual(recorder.versionsOf('a'), [4, 5]);
    },
  },
  {
    id: '6.foreign-checkpoint',
    name: 'refuses the checkpoint of another store, even of equal content',
    async run(bench) {
      const { store } = await bench.open();
      const { store: other } = await bench.open();
      for (const one of [store, other]) await one.append(eventsOf('a', 1, 3));
      const checkpoints = await checkpointsOf(other, 3);
      const recorder = new Recorder();

      const subscription = subscribe(store, recorder, { from: checkpoints[1] as string });

      await endsAsInvalid(subscription, recorder);
    },
  },
  {
    id: '6.malformed-checkpoint',
    name: 'refuses a text that is no checkpoint',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const [checkpoint] = await checkpointsOf(store, 3);

      for (const from of [
        'x',
        '',
        '0',
        '\u{1F600}',
        (checkpoint as string).slice(0, -6),
        `${checkpoint}${checkpoint}`,
      ]) {
        const recorder = new Recorder();
        await endsAsInvalid(subscribe(store, recorder, { from }), recorder);
      }
    },
  },
  {
    id: '6.tampered-checkpoint',
    name: 'refuses a checkpoint in which any character was changed, or goes on from the very same place',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 12));
      const checkpoint = (await checkpointsOf(store, 12))[5] as string;

      for (let index = 0; index < checkpoint.length; index++) {
        const from = checkpoint.slice(0, index) + (checkpoint[index] === 'A' ? 'B' : 'A') + checkpoint.slice(index + 1);
        const recorder = new Recorder();
        const subscription = subscribe(store, recorder, { from });
        const refused = await subscription.started.then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused !== undefined) {
          assert.ok(isNexusError(refused, 'CHECKPOINT_INVALID'), `the change at ${index} gives ${refused}`);
          continue;
        }
        await recorder.untilHandled(1);
        await subscription.close();
        assert.equal(recorder.versionsOf('a')[0], 7, `the change at ${index} leads elsewhere`);
      }
    },
  },
  {
    id: '6.checkpoint-from-before-a-restore',
    name: 'refuses a checkpoint that lies behind the end, or before the restore, of a restored backup',
    async run(bench) {
      const { store, backup } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const taken = await backup();
      await store.append(eventsOf('a', 4, 6));
      const checkpoints = await checkpointsOf(store, 6);

      const restored = await taken.restore();

      assert.equal(await restored.getVersion('a'), 3);
      for (const from of [checkpoints[5], checkpoints[1]]) {
        const recorder = new Recorder();
        await endsAsInvalid(subscribe(restored, recorder, { from: from as string }), recorder);
      }
    },
  },
  {
    id: '6.restored-store-has-another-epoch',
    name: 'gives a restored backup the id of its store and a later epoch, and goes on from there',
    async run(bench) {
      const { store, backup } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const { storeId, epoch } = await store.identity();
      const taken = await backup();
      await store.append([eventOf('a', 4)]);

      const restored = await taken.restore();

      const identity = await restored.identity();
      assert.equal(identity.storeId, storeId);
      assert.ok(identity.epoch > epoch);
      await restored.append([eventOf('a', 4, { eventId: 'another history' })]);
      await isClean(restored);
    },
  },
];
