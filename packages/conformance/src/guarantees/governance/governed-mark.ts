import assert from 'node:assert/strict';
import { type GovernedEventStoreOptions, InMemoryAuditLog } from '@nexus/shared';
import { holds, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderPolicy, orderRegistry } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const KINDS = {
  schemas: (): GovernedEventStoreOptions => ({ schemaRegistry: orderRegistry() }),
  policies: (): GovernedEventStoreOptions => ({ policy: orderPolicy() }),
};

export const MARK_CASES: readonly ConformanceCase[] = [
  {
    id: '8.governed-store-needs-its-rules',
    name: 'refuses to write without the kinds of rules that it was written under before, and still reads',
    async run(bench) {
      for (const [kind, rules] of Object.entries(KINDS)) {
        const { store, another } = await bench.open(rules());
        await store.append([orderOf('a', 1, 1)]);
        const others = kind === 'schemas' ? [{}, KINDS.policies()] : [{}, KINDS.schemas()];

        for (const options of others) {
          const without = await another(options);
          const append = () => without.append([orderOf('a', 2, 1)]);
          await refusedWithoutTrace(without, 'CONFIGURATION', append);
          await holds(without, 'a', [orderOf('a', 1, 1)]);
        }
        await (await another({ ...KINDS.schemas(), ...KINDS.policies() })).append([orderOf('a', 2, 1)]);
      }
    },
  },
  {
    id: '8.governed-store-remembers',
    name: 'remembers when it is opened anew that it is governed',
    async run(bench) {
      const { store, reopen } = await bench.open(KINDS.schemas());
      await store.append([orderOf('a', 1, 1)]);

      const again = await reopen({});

      await refusedWithoutTrace(again, 'CONFIGURATION', () => again.append([orderOf('a', 2, 1)]));
      await (await reopen(KINDS.schemas())).append([orderOf('a', 2, 1)]);
    },
  },
  {
    id: '8.ungoverned-is-said-and-audited',
    name: 'writes without its rules where that is said, on record, and stays governed',
    async run(bench) {
      for (const rules of Object.values(KINDS)) {
        const { store, another } = await bench.open(rules());
        await store.append([orderOf('a', 1, 1)]);
        const auditLog = new InMemoryAuditLog();
        const ungoverned = await another({ ungoverned: true, auditLog });

        const { receipts } = await ungoverned.append([orderOf('a', 2, 5_000)]);

        assert.deepEqual([receipts[0]?.schemas, receipts[0]?.policy], [[], null]);
        assert.deepEqual(
          auditLog.records.map(({ action }) => action),
          ['store.ungoverned'],
        );
        const without = await another({});
        await refusedWithoutTrace(without, 'CONFIGURATION', () => without.append([orderOf('a', 3, 1)]));
      }
    },
  },
  {
    id: '8.governed-by-both-kinds',
    name: 'stays governed by one kind of rules while it is written ungoverned with the other',
    async run(bench) {
      const { store, another } = await bench.open(KINDS.policies());
      await store.append([orderOf('a', 1, 1)]);
      const ungoverned = await another({ ...KINDS.schemas(), ungoverned: true });

      await ungoverned.append([orderOf('a', 2, 5_000)]);

      const without = await another(KINDS.schemas());
      await refusedWithoutTrace(without, 'CONFIGURATION', () => without.append([orderOf('a', 3, 1)]));
    },
  },
  {
    id: '8.never-governed-needs-no-rules',
    name: 'writes without rules where it never had any, and takes rules later',
    async run(bench) {
      const { store, another } = await bench.open();
      await store.append([orderOf('a', 1, 'unchecked')]);

      const governed = await another(KINDS.schemas());

      await refusedWithoutTrace(governed, 'SCHEMA_VALIDATION_FAILED', () => governed.append([orderOf('a', 2, 'x')]));
      await governed.append([orderOf('a', 2, 1)]);
      const without = await another({});
      await refusedWithoutTrace(without, 'CONFIGURATION', () => without.append([orderOf('a', 3, 1)]));
    },
  },
];
