import assert from 'node:assert/strict';
import { InMemoryPolicy, type PolicyDeniedError, type PolicyRequest } from '@nexus/shared';
import { eventOf } from '../../bench/events.ts';
import { holds, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderPolicy, orderRegistry } from '../../bench/orders.ts';
import { nextTurn } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const MANAGER = { id: 'ann', roles: ['manager'], client: 'till' };

export const POLICY_CASES: readonly ConformanceCase[] = [
  {
    id: '8.policy-enforcement-true',
    name: 'stores what the policies allow, and says in the receipt which decided',
    async run(bench) {
      const policy = orderPolicy();
      const { store } = await bench.open({ policy });
      assert.equal(store.capabilities.policyEnforcement, true);

      const { receipts } = await store.append([orderOf('a', 1, 10)]);

      const { revision } = await policy.decide({ action: 'append', principal: MANAGER, now: '', events: [] });
      const evidence = { engine: 'in-memory', revision, matched: ['large-orders'], decision: 'allow' };
      assert.deepEqual(receipts[0]?.policy, evidence);
      assert.deepEqual((await store.getReceipt('a', 1))?.policy, evidence);
    },
  },
  {
    id: '8.policy-enforcement-false',
    name: 'asks nobody where there are no policies, and says so',
    async run(bench) {
      const { store } = await bench.open();

      const { receipts } = await store.append([orderOf('a', 1, 5_000)]);

      assert.equal(store.capabilities.policyEnforcement, false);
      assert.equal(receipts[0]?.policy, null);
    },
  },
  {
    id: '8.denied',
    name: 'stores nothing of what a policy denies, and names the policy, its message and the event',
    async run(bench) {
      const { store } = await bench.open({ policy: orderPolicy() });
      const events = [orderOf('a', 1, 10), orderOf('a', 2, 5_000)];

      const error = await refusedWithoutTrace(store, 'POLICY_DENIED', () => store.append(events));

      const { details, kind } = error as PolicyDeniedError;
      assert.equal(kind, 'denied');
      assert.deepEqual(details.denials, [
        { policy: 'large-orders', message: 'orders above 1,000 need a manager', eventIndex: 1 },
      ]);
      assert.match(error.message, /large-orders/);
    },
  },
  {
    id: '8.principal-decides',
    name: 'decides by the authenticated principal, and not by what metadata says',
    async run(bench) {
      const { store } = await bench.open({ policy: orderPolicy() });
      const event = orderOf('a', 1, 5_000, { metadata: { userId: 'ann', roles: ['manager'] } });

      await refusedWithoutTrace(store, 'POLICY_DENIED', () => store.append([event]));
      const { receipts } = await store.append([event], { principal: MANAGER });

      await holds(store, 'a', [event]);
      assert.deepEqual(receipts[0]?.actor, MANAGER);
    },
  },
  {
    id: '8.policy-sees-the-whole-append',
    name: 'asks the policies once about all events of an append, with time and principal',
    async run(bench) {
      const requests: PolicyRequest[] = [];
      const inner = orderPolicy();
      const policy = {
        decide: (request: PolicyRequest) => {
          requests.push(request);
          return inner.decide(request);
        },
      };
      const { store } = await bench.open({ policy });
      bench.clock.freeze('2026-03-01T12:00:00.000Z');

      await store.append([orderOf('a', 1, 1), orderOf('a', 2, 2)], { principal: MANAGER });

      assert.equal(requests.length, 1);
      assert.deepEqual(requests[0], {
        action: 'append',
        principal: MANAGER,
        now: '2026-03-01T12:00:00.000Z',
        events: [orderOf('a', 1, 1), orderOf('a', 2, 2)],
      });
    },
  },
  {
    id: '8.decides-on-what-is-stored',
    name: 'decides on the very values that it stores, whatever the caller does to its objects meanwhile',
    async run(bench) {
      const inner = orderPolicy();
      const policy = {
        decide: async (request: PolicyRequest) => {
          await nextTurn();
          return inner.decide(request);
        },
      };
      const { store } = await bench.open({ policy });
      const harmless = { amount: 10 };
      const large = { amount: 5_000 };

      const allowed = store.append([orderOf('a', 1, 0, { payload: harmless })]);
      const denied = store.append([orderOf('b', 1, 0, { payload: large })]);
      harmless.amount = 5_000;
      large.amount = 10;

      await allowed;
      await refusalOf(denied, 'POLICY_DENIED');
      await holds(store, 'a', [orderOf('a', 1, 10)]);
      await holds(store, 'b', []);
    },
  },
  {
    id: '8.no-policy-matches',
    name: 'stores what no policy is about, and says in the receipt that none matched',
    async run(bench) {
      const { store } = await bench.open({ policy: orderPolicy() });

      const { receipts } = await store.append([eventOf('a', 1)]);

      assert.deepEqual(receipts[0]?.policy?.matched, []);
      assert.equal(receipts[0]?.policy?.decision, 'allow');
    },
  },
  {
    id: '8.observing-policy',
    name: 'stores what a policy would only have denied, and keeps its word in the receipt',
    async run(bench) {
      const policy = new InMemoryPolicy([{ name: 'trial', effect: 'observe', check: () => 'would be denied' }]);
      const { store } = await bench.open({ policy });

      const { receipts } = await store.append([eventOf('a', 1)]);

      assert.deepEqual(receipts[0]?.policy?.observed, [{ policy: 'trial', message: 'would be denied' }]);
      assert.deepEqual(await store.getReceipt('a', 1), receipts[0]);
    },
  },
  {
    id: '8.schema-before-policy',
    name: 'does not ask the policies about what its schema forbids',
    async run(bench) {
      let asked = 0;
      const check = () => {
        asked++;
        return undefined;
      };
      const policy = new InMemoryPolicy([{ name: 'count', check }]);
      const { store } = await bench.open({ schemaRegistry: orderRegistry(), policy });

      await refusedWithoutTrace(store, 'SCHEMA_VALIDATION_FAILED', () => store.append([orderOf('a', 1, 'x')]));

      assert.equal(asked, 0);
    },
  },
];
