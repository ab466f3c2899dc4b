import assert from 'node:assert/strict';
import { InMemoryPolicy, type Principal } from '@nexus/shared';
import { contentOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderRegistry, STRICTER_ORDER_SCHEMA } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const ANN: Principal = { id: 'ann', roles: [], client: 'till' };
const READER: Principal = { id: 'reader', roles: [], client: 'report' };
const STRANGER: Principal = { id: 'stranger', roles: [], client: 'web' };

/** Policies that allow everything until they are closed; then only Ann and the reader may read. */
class Closable extends InMemoryPolicy {
  isClosed = false;

  constructor() {
    super([{ name: 'closed', check: () => (this.isClosed ? 'the books are closed' : undefined) }], {
      mayRead: ({ id }) => id !== STRANGER.id,
    });
  }
}

export const CHANGED_RULES_CASES: readonly ConformanceCase[] = [
  {
    id: '8.replay-after-policies-changed',
    name: 'returns the stored receipt of an append that today would be denied, to who appended it and who may read it',
    async run(bench) {
      const policy = new Closable();
      const { store } = await bench.open({ policy });
      const events = [orderOf('a', 1, 1), orderOf('a', 2, 2)];
      const { receipts } = await store.append(events, { principal: ANN });
      const content = await contentOf(store);

      policy.isClosed = true;

      for (const principal of [ANN, READER]) {
        assert.deepEqual(await store.append(events, { principal }), { replayed: true, receipts });
        assert.deepEqual(await store.append([orderOf('a', 2, 2)], { principal }), { replayed: true, receipts });
      }
      assert.deepEqual(await contentOf(store), content);
    },
  },
  {
    id: '8.replay-is-no-oracle',
    name: 'tells one who may not read whether an append is stored no more than any other refusal does',
    async run(bench) {
      const policy = new Closable();
      const { store } = await bench.open({ policy });
      await store.append([orderOf('a', 1, 1)], { principal: ANN });
      policy.isClosed = true;

      const refuse = (amount: number) =>
        refusedWithoutTrace(store, 'POLICY_DENIED', () =>
          store.append([orderOf('a', 1, amount)], { principal: STRANGER }),
        );

      const stored = await refuse(1);
      const other = await refuse(2);
      assert.equal(stored.message, other.message);
      assert.deepEqual(stored.details, other.details);
    },
  },
  {
    id: '8.new-append-after-policies-changed',
    name: 'stores nothing new that the changed policies deny, also in part of an append that is stored',
    async run(bench) {
      const policy = new Closable();
      const { store } = await bench.open({ policy });
      await store.append([orderOf('a', 1, 1)], { principal: ANN });
      policy.isClosed = true;

      for (const events of [
        [orderOf('a', 2, 1)],
        [orderOf('a', 1, 1), orderOf('a', 2, 1)],
        [orderOf('a', 1, 1, { eventId: 'another' })],
        [orderOf('a', 1, 9)],
      ]) {
        await refusedWithoutTrace(store, 'POLICY_DENIED', () => store.append(events, { principal: ANN }));
      }
    },
  },
  {
    id: '8.replay-after-schemas-changed',
    name: 'returns the stored receipt of an append whose schema has become stricter since',
    async run(bench) {
      const registry = orderRegistry();
      const { store } = await bench.open({ schemaRegistry: registry });
      const { receipts } = await store.append([orderOf('a', 1, 1)]);

      registry.register('OrderPlaced', STRICTER_ORDER_SCHEMA);
      bench.clock.advance(3_600_000);

      assert.deepEqual(await store.append([orderOf('a', 1, 1)]), { replayed: true, receipts });
      await refusedWithoutTrace(store, 'SCHEMA_VALIDATION_FAILED', () => store.append([orderOf('a', 2, 1)]));
      assert.deepEqual(await store.getReceipt('a', 1), receipts[0]);
    },
  },
];
