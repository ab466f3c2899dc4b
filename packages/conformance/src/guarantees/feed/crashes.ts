import assert from 'node:assert/strict';
import type { Bench } from '../../bench/Bench.ts';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { SuiteClock } from '../../bench/SuiteClock.ts';
import { deferred, eventually, nextTurn } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const DURABLE = { consumer: 'billing' };

/**
 * One instance gives no sign of life any more while it handles version 3 of 5, as if its process were dead or frozen,
 * and another takes its consumer over. The first then wakes, and may call its handler no more. The versions that the
 * other is given.
 *
 * @param checkpointEvery - of the one that dies: 1 keeps the place behind each event that it handled
 */
async function takenOver(bench: Bench, checkpointEvery: number): Promise<number[]> {
  const stopped = new SuiteClock();
  stopped.freeze();
  const { store, second } = await bench.open({ clock: stopped });
  const heir = await second({ clock: bench.clock });
  await store.append(eventsOf('a', 1, 5));
  const gate = deferred();
  const dying = new Recorder(({ event }) => (event.aggregateVersion === 3 ? gate.promise : undefined));
  subscribe(store, dying, { ...DURABLE, checkpointEvery });
  await dying.until(() => dying.calls.length === 3, 'the third call');

  const recorder = new Recorder();
  subscribe(heir, recorder, DURABLE);
  await eventually(() => {
    bench.clock.advance(1_000);
    return recorder.versionsOf('a').at(-1) === 5;
  }, 'taking over');
  stopped.advance(60_000);
  gate.resolve();
  await heir.append([eventOf('a', 6)]);
  await recorder.until(() => recorder.versionsOf('a').at(-1) === 6, 'the delivery of a new event');

  for (let turn = 0; turn < 20; turn++) await nextTurn();
  assert.equal(dying.calls.length, 3, 'a handler is called that has lost its consumer');
  return recorder.versionsOf('a');
}

export const CRASH_CASES: readonly ConformanceCase[] = [
  {
    id: '6.crash-before-the-handler-ends',
    name: 'delivers an event again whose handler had not ended when its process died, and no other',
    async run(bench) {
      const versions = await takenOver(bench, 1);

      assert.deepEqual(versions, [3, 4, 5, 6]);
    },
  },
  {
    id: '6.crash-after-the-handler',
    name: 'delivers events again, in order, that were handled when the process died before it had kept its place',
    async run(bench) {
      const versions = await takenOver(bench, 100);

      assert.deepEqual(versions, [1, 2, 3, 4, 5, 6]);
    },
  },
  {
    id: '6.slow-handler-keeps-its-consumer',
    name: 'leaves a consumer to its owner, however long a call of its handler takes, while another worker waits',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 3));
      const gate = deferred();
      const slow = new Recorder(({ event }) => (event.aggregateVersion === 1 ? gate.promise : undefined));
      const waiting = new Recorder();
      subscribe(store, slow, DURABLE);
      await slow.until(() => slow.calls.length === 1, 'the first call');
      const other = subscribe(store, waiting, DURABLE);
      const claimedUntil = async () => (await store.consumers())[0]?.claimedUntil ?? '';

      // Longer than any lease, in steps that each let the owner say that it lives.
      for (let step = 0; step < 24; step++) {
        const before = await claimedUntil();
        bench.clock.advance(2_500);
        await eventually(async () => (await claimedUntil()) > before, 'the renewal of the claim');
      }
      gate.resolve();
      await slow.untilHandled(3);

      assert.deepEqual(slow.versionsOf('a'), [1, 2, 3]);
      assert.equal(waiting.calls.length, 0);
      assert.equal(other.status().state, 'standby');
    },
  },
];
