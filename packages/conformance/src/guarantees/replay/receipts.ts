import assert from 'node:assert/strict';
import { digestOfAppend, type Principal, type Receipt } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { isClean, refusalOf } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const CLERK: Principal = { id: 'clerk', roles: ['orders', 'returns'], client: 'till' };

export const RECEIPT_CASES: readonly ConformanceCase[] = [
  {
    id: '3.receipt-of-each-version',
    name: 'gives the receipt of an append for each of its versions, and none for others',
    async run(bench) {
      const { store } = await bench.open();
      const first = await store.append(eventsOf('a', 1, 3));
      const second = await store.append(eventsOf('a', 4, 5));

      for (const version of [1, 2, 3]) assert.deepEqual(await store.getReceipt('a', version), first.receipts[0]);
      for (const version of [4, 5]) assert.deepEqual(await store.getReceipt('a', version), second.receipts[0]);
      assert.equal(await store.getReceipt('a', 6), undefined);
      assert.equal(await store.getReceipt('b', 1), undefined);
      await refusalOf(store.getReceipt('a', 0), 'INVALID_ARGUMENT');
    },
  },
  {
    id: '3.receipt-is-right',
    name: 'says in the receipt who appended what and when, under which rules',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze('2026-03-01T12:00:00.000Z');

      const { receipts } = await store.append(eventsOf('a', 1, 2), { principal: CLERK });

      const events = await store.getEvents('a');
      const { receiptId, ...receipt } = receipts[0] as Receipt;
      assert.notEqual(receiptId, '');
      assert.deepEqual(receipt, {
        digest: digestOfAppend(events.map((event) => event.recorded.digest)),
        shares: [{ aggregateId: 'a', fromVersion: 1, toVersion: 2 }],
        actor: CLERK,
        decidedAt: '2026-03-01T12:00:00.000Z',
        mode: 'enforce',
        schemas: [],
        policy: null,
      });
    },
  },
  {
    id: '3.receipts-are-distinct',
    name: 'gives every stored append a receipt of its own',
    async run(bench) {
      const { store } = await bench.open();

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.append([eventOf(`a${index}`, 1)])),
      );

      assert.equal(new Set(answers.map(({ receipts }) => receipts[0]?.receiptId)).size, 20);
      await isClean(store);
    },
  },
  {
    id: '3.actor-is-the-first-one',
    name: 'keeps naming who appended first when another repeats the append',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)], { principal: CLERK });

      const { receipts } = await store.append([eventOf('a', 1)]);

      assert.deepEqual(receipts[0]?.actor, CLERK);
      assert.deepEqual((await store.getReceipt('a', 1))?.actor, CLERK);
    },
  },
  {
    id: '3.anonymous-is-named',
    name: 'names nobody in particular where nobody was named, whatever the metadata says',
    async run(bench) {
      const { store } = await bench.open();

      const { receipts } = await store.append([eventOf('a', 1, { metadata: { userId: 'somebody' } })]);

      assert.deepEqual(receipts[0]?.actor, { id: 'anonymous', roles: [], client: 'anonymous' });
    },
  },
  {
    id: '3.refused-append-has-no-receipt',
    name: 'keeps no receipt of a refused append',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('a', 1)]);
      const receipt = await store.getReceipt('a', 1);

      await refusalOf(store.append([eventOf('a', 1, { eventId: 'stale' })]), 'CONCURRENCY_CONFLICT');
      await refusalOf(store.append([eventOf('a', 3)]), 'VERSION_GAP');

      assert.deepEqual(await store.getReceipt('a', 1), receipt);
      assert.equal(await store.getReceipt('a', 2), undefined);
      assert.equal(await store.getReceipt('a', 3), undefined);
    },
  },
];
