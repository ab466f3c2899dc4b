import assert from 'node:assert/strict';
import { at, eventOf } from '../../bench/events.ts';
import { placesOf } from '../../bench/expectations.ts';
import { foreignAppend, moveInto } from '../../bench/history.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const DURABLE = { consumer: 'billing' };
const TEN_YEARS_AGO = '2016-01-01T00:00:00.000Z';

export const IMPORTED_CASES: readonly ConformanceCase[] = [
  {
    id: '6.imported-while-away',
    name: 'delivers history that was imported while a consumer was away, however old its timestamps are',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('new', 1, { timestamp: at(0) })]);
      const before = new Recorder();
      const first = subscribe(store, before, DURABLE);
      await before.untilHandled(1);
      await first.close();

      await moveInto(store, [
        foreignAppend([1, 2].map((version) => eventOf('old', version, { timestamp: TEN_YEARS_AGO }))),
      ]);
      await store.append([eventOf('older', 1, { timestamp: '1956-01-01T00:00:00.000Z' })]);
      await store.append([eventOf('new', 2, { timestamp: at(-1) })], { outOfOrder: true });
      const recorder = new Recorder();
      subscribe(store, recorder, DURABLE);
      await recorder.untilHandled(4);

      assert.deepEqual(placesOf(recorder.handled), [
        ['old', 1],
        ['old', 2],
        ['older', 1],
        ['new', 2],
      ]);
    },
  },
];
