import assert from 'node:assert/strict';
import { InMemoryAuditLog } from '@nexus/shared';
import { holds, isClean, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderPolicy, orderRegistry } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

function observing() {
  return { schemaRegistry: orderRegistry(), policy: orderPolicy(), mode: 'observe' } as const;
}

export const OBSERVE_CASES: readonly ConformanceCase[] = [
  {
    id: '8.observe-stores-and-tells',
    name: 'stores what enforcement would have refused where it only observes, and says so in the receipt',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ ...observing(), auditLog });
      const events = [orderOf('a', 1, 'ten'), orderOf('a', 2, 5_000)];

      const { receipts } = await store.append(events);

      await holds(store, 'a', events);
      assert.equal(receipts[0]?.mode, 'observe');
      assert.equal(receipts[0]?.schemas[0]?.outcome, 'invalid-observed');
      assert.equal(receipts[0]?.policy?.decision, 'deny-observed');
      assert.deepEqual(await store.getReceipt('a', 2), receipts[0]);
      assert.deepEqual(
        auditLog.records.map(({ action }) => action),
        ['append.observed'],
      );
      await isClean(store);
    },
  },
  {
    id: '8.observe-of-the-lawful',
    name: 'says of what enforcement would have stored that it is valid and allowed, where it only observes',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ ...observing(), auditLog });

      const { receipts } = await store.append([orderOf('a', 1, 10)]);

      assert.equal(receipts[0]?.mode, 'observe');
      assert.equal(receipts[0]?.schemas[0]?.outcome, 'valid');
      assert.equal(receipts[0]?.policy?.decision, 'allow');
      assert.deepEqual(auditLog.records, []);
    },
  },
  {
    id: '8.observe-needs-its-record',
    name: 'stores nothing that enforcement would have refused while the audit log does not take the record',
    async run(bench) {
      const auditLog = { record: () => Promise.reject(new TypeError('disk is full')) };
      const { store } = await bench.open({ ...observing(), auditLog });

      const append = () => store.append([orderOf('a', 1, 5_000)]);

      const error = await refusedWithoutTrace(store, 'GOVERNANCE_UNAVAILABLE', append);
      assert.equal((error.details as { part: string }).part, 'audit-log');
    },
  },
];
