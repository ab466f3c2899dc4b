import assert from 'node:assert/strict';
import type { RecordedEvent } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { collect, fill, refusalOf, sameEvents } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const COUNT = 1_500;

export const STREAMED_READ_CASES: readonly ConformanceCase[] = [
  {
    id: '5.streams-forward-and-backward',
    name: 'streams an aggregate in either direction, whole',
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', COUNT);

      const forward = await collect(store.readAggregate('a'));
      const backward = await collect(store.readAggregate('a', { direction: 'backward' }));

      sameEvents(forward, eventsOf('a', 1, COUNT));
      sameEvents(backward, eventsOf('a', 1, COUNT).toReversed());
      assert.deepEqual(await collect(store.readAggregate('unknown')), []);
    },
  },
  {
    id: '5.stream-bounds-and-limit',
    name: 'streams between bounds, and no more than the limit, from the end that it begins at',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 20));
      const versions = async (options: Parameters<typeof store.readAggregate>[1]) =>
        (await collect(store.readAggregate('a', options))).map((event) => event.aggregateVersion);

      assert.deepEqual(await versions({ fromVersion: 3, toVersion: 5 }), [3, 4, 5]);
      assert.deepEqual(await versions({ fromVersion: 3, toVersion: 5, direction: 'backward' }), [5, 4, 3]);
      assert.deepEqual(await versions({ limit: 2 }), [1, 2]);
      assert.deepEqual(await versions({ limit: 2, direction: 'backward' }), [20, 19]);
      assert.deepEqual(await versions({ fromVersion: 19, limit: 9 }), [19, 20]);
      assert.deepEqual(await versions({ fromVersion: 18, toVersion: 99, limit: 2, direction: 'backward' }), [20, 19]);
      await refusalOf(versions({ limit: 0 }), 'INVALID_ARGUMENT');
    },
  },
  {
    id: '5.stream-ends-where-it-began',
    name: 'streams what was there when the read began, whatever is appended meanwhile',
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', COUNT);
      let next = COUNT + 1;

      const seen: RecordedEvent[] = [];
      for await (const event of store.readAggregate('a')) {
        if (seen.length % 500 === 0) await store.append([eventOf('a', next++)]);
        seen.push(event);
      }

      sameEvents(seen, eventsOf('a', 1, COUNT));
      assert.equal(await store.getVersion('a'), next - 1);
    },
  },
  {
    id: '5.break-releases',
    name: 'releases a stream that its reader leaves, so that writes and close go on',
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', COUNT);

      for (let round = 0; round < 20; round++) {
        for await (const event of store.readAggregate('a')) if (event.aggregateVersion === 3) break;
        await store.append([eventOf('a', COUNT + 1 + round)]);
      }

      await store.close();
    },
  },
  {
    id: '5.abort-ends-a-stream',
    name: "ends a stream with its signal's reason, before it began or in the middle",
    async run(bench) {
      const { store } = await bench.open();
      await fill(store, 'a', COUNT);
      const reason = new TypeError('enough');
      const controller = new AbortController();
      let seen = 0;

      const reading = async () => {
        for await (const _ of store.readAggregate('a', { signal: controller.signal })) {
          if (++seen === 3) controller.abort(reason);
        }
      };

      await assert.rejects(reading(), (error) => error === reason);
      assert.equal(seen, 3);
      const aborted = store.readAggregate('a', { signal: AbortSignal.abort(reason) });
      await assert.rejects(collect(aborted), (error) => error === reason);
    },
  },
  {
    id: '5.streams-side-by-side',
    name: 'streams several aggregates side by side without mixing them',
    async run(bench) {
      const { store } = await bench.open();
      const ids = ['a', 'b', 'c', 'd'];
      for (const id of ids) await fill(store, id, 700);

      const streams = await Promise.all(ids.map((id) => collect(store.readAggregate(id))));

      for (const [index, id] of ids.entries()) sameEvents(streams[index] ?? [], eventsOf(id, 1, 700));
    },
  },
];
