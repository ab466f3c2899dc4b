import assert from 'node:assert/strict';
import {
  type HistoryAppend,
  InMemoryAuditLog,
  InMemoryPolicy,
  InMemorySchemaRegistry,
  type PolicyRequest,
} from '@nexus/shared';
import type { Bench } from '../../bench/Bench.ts';
import { eventOf } from '../../bench/events.ts';
import { contentOf, holds, isClean, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { foreignAppend, historyOf, moveInto } from '../../bench/history.ts';
import { orderOf, orderRegistry, STRICTER_ORDER_SCHEMA } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const OPERATOR = { id: 'olga', roles: ['operator'], client: 'cli' };
const ORDERS = [orderOf('a', 1, 1), orderOf('a', 2, 2)];

/** A registry whose first version asks for more than the orders have. */
function stricterRegistry(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register('OrderPlaced', STRICTER_ORDER_SCHEMA);
  return registry;
}

/** Denies to take history over, keeps what it was asked, and has nothing against appends. */
class NoImports extends InMemoryPolicy {
  readonly asked: PolicyRequest['action'][] = [];

  constructor() {
    super([{ name: 'no-imports', check: () => 'history stays where it is' }]);
  }

  override decide(request: PolicyRequest) {
    this.asked.push(request.action);
    return super.decide(request.action === 'append' ? { ...request, events: [] } : request);
  }
}

async function source(bench: Bench): Promise<{ store: ConformingStore; history: HistoryAppend[] }> {
  const { store } = await bench.open({ schemaRegistry: orderRegistry() });
  await store.append(ORDERS, { principal: { id: 'ann', roles: ['clerk'], client: 'till' } });
  await store.append([orderOf('a', 3, 3), orderOf('a', 4, 4)]);
  return { store, history: await historyOf(store) };
}

async function sameContent(one: ConformingStore, other: ConformingStore): Promise<void> {
  const [digest, otherDigest] = await Promise.all([one, other].map(async (store) => store.verify()));
  assert.equal(digest?.contentDigest, otherDigest?.contentDigest);
}

export const HISTORY_CASES: readonly ConformanceCase[] = [
  {
    id: '8.history-is-not-refused',
    name: 'takes over what was lawful once though its schemas refuse it today, with the receipts that let it in',
    async run(bench) {
      const { store, history } = await source(bench);
      const auditLog = new InMemoryAuditLog();
      const { store: copy } = await bench.open({ schemaRegistry: stricterRegistry(), auditLog });
      await refusedWithoutTrace(copy, 'SCHEMA_VALIDATION_FAILED', () => copy.append(ORDERS));
      auditLog.records.length = 0;

      await moveInto(copy, history, { principal: OPERATOR });

      const { storeId } = await store.identity();
      const receipt = await copy.getReceipt('a', 2);
      assert.deepEqual(receipt?.origin, { receipt: await store.getReceipt('a', 1), storeId });
      assert.deepEqual(
        [receipt?.mode, receipt?.actor, receipt?.digest],
        ['history', OPERATOR, history[0]?.receipt.digest],
      );
      assert.equal(receipt?.schemas[0]?.outcome, 'invalid-observed');
      await sameContent(store, copy);
      await isClean(copy);
      const records = auditLog.records.map(({ action, actor, details }) => [action, actor.id, details.state ?? '']);
      assert.deepEqual(records, [
        ['history.imported', 'olga', 'begun'],
        ['append.observed', 'olga', ''],
        ['append.observed', 'olga', ''],
        ['history.imported', 'olga', 'done'],
      ]);
      const { run, state, ...counts } = auditLog.records.at(-1)?.details ?? {};
      assert.deepEqual(counts, { stored: 4, alreadyThere: 0, refused: 0, appends: 2, storeIds: [storeId] });
    },
  },
  {
    id: '8.history-repeated',
    name: 'stores nothing when the same history comes again, and nothing of what is there by appends',
    async run(bench) {
      const { store, history } = await source(bench);
      const { store: copy } = await bench.open({ schemaRegistry: orderRegistry() });
      const first = await moveInto(copy, history);
      const content = await contentOf(copy);

      const second = await moveInto(copy, history);
      const back = await moveInto(store, history);

      assert.deepEqual(
        second,
        first.map(({ receipts }) => ({ replayed: true, receipts })),
      );
      assert.deepEqual(
        back,
        history.map(({ receipt }) => ({ replayed: true, receipts: [receipt] })),
      );
      assert.deepEqual(await contentOf(copy), content);
    },
  },
  {
    id: '8.history-keeps-its-first-origin',
    name: 'keeps the first origin when history is moved on, so that receipts do not grow',
    async run(bench) {
      const { store, history } = await source(bench);
      const [second, third] = [(await bench.open()).store, (await bench.open()).store];

      await moveInto(second, history);
      await moveInto(third, await historyOf(second));

      const origin = { receipt: await store.getReceipt('a', 3), storeId: (await store.identity()).storeId };
      assert.deepEqual((await third.getReceipt('a', 3))?.origin, origin);
      await sameContent(store, third);
    },
  },
  {
    id: '8.history-brings-its-rules',
    name: 'keeps the texts of the rules that let history in, so that its origin can be explained where it is now',
    async run(bench) {
      const { store, history } = await source(bench);
      const digest = history[0]?.receipt.schemas[0]?.digest ?? '';
      const text = await store.findRules(digest);
      const [second, third] = [(await bench.open()).store, (await bench.open()).store];

      await moveInto(second, history);
      await moveInto(third, await historyOf(second));

      assert.ok(text);
      assert.deepEqual([await second.findRules(digest), await third.findRules(digest)], [text, text]);
    },
  },
  {
    id: '8.history-is-checked-by-its-own-version',
    name: 'checks history by the version of the schema that it was checked by at first, not by the latest',
    async run(bench) {
      const { history } = await source(bench);
      const registry = orderRegistry();
      registry.register('OrderPlaced', STRICTER_ORDER_SCHEMA);
      const { store: copy } = await bench.open({ schemaRegistry: registry });

      await moveInto(copy, history);

      const [event] = await copy.getEvents('a', 1, 1);
      const evidence = (await copy.getReceipt('a', 1))?.schemas[0];
      assert.deepEqual([evidence?.version, evidence?.outcome, event?.recorded.schemaVersion], ['1', 'valid', '1']);
      assert.deepEqual(event?.metadata, {});
    },
  },
  {
    id: '8.history-across-aggregates',
    name: 'takes over an append of several aggregates, in parts where it cannot take it at once, all with its receipt',
    async run(bench) {
      const { store } = await bench.open();
      const history = foreignAppend(['a', 'b', 'c', 'd'].flatMap((id) => [eventOf(id, 1), eventOf(id, 2)]));

      const first = await moveInto(store, [history]);
      const second = await moveInto(store, [history]);

      assert.deepEqual([first[0]?.replayed, second[0]?.replayed], [false, true]);
      for (const id of ['a', 'b', 'c', 'd']) {
        await holds(store, id, [eventOf(id, 1), eventOf(id, 2)]);
        assert.deepEqual((await store.getReceipt(id, 2))?.origin, { receipt: history.receipt, storeId: 'elsewhere' });
      }
      await isClean(store);
    },
  },
  {
    id: '8.history-must-fit-its-receipt',
    name: 'refuses history whose events are not those that its receipt was made for, on record',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ auditLog });
      const whole = foreignAppend([eventOf('a', 1), eventOf('a', 2)]);
      const other = foreignAppend([eventOf('a', 1), eventOf('a', 2, { payload: { changed: true } })]);
      const [event, second] = whole.events as [HistoryAppend['events'][0], HistoryAppend['events'][0]];
      const tampered: HistoryAppend[] = [
        { ...whole, receipt: other.receipt },
        { ...whole, events: [event] },
        { ...whole, events: [event, event] },
        { ...whole, events: [event, { ...second, payload: { changed: true } }] },
        { ...whole, receipt: { ...whole.receipt, origin: { receipt: other.receipt, storeId: 'first' } } },
      ];

      for (const history of tampered)
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => moveInto(store, [history]));

      const refused = auditLog.records.filter(({ action }) => action === 'append.refused');
      assert.equal(refused.length, tampered.length);
    },
  },
  {
    id: '8.history-denied',
    name: 'asks the policies about the import and not about appends, and stores nothing that they deny',
    async run(bench) {
      const policy = new NoImports();
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ policy, auditLog });
      const history = foreignAppend([eventOf('a', 1)]);

      const error = await refusedWithoutTrace(store, 'POLICY_DENIED', () => moveInto(store, [history]));

      assert.equal((error.details as { action: string }).action, 'import');
      assert.deepEqual(
        policy.asked.filter((action) => action !== 'read'),
        ['import'],
      );
      const last = auditLog.records.at(-1);
      assert.deepEqual([last?.action, last?.details.state, last?.details.refused], ['history.imported', 'failed', 1]);
      await store.append([eventOf('a', 1)]);
    },
  },
  {
    id: '8.history-needs-its-record',
    name: 'takes no history over while the audit log does not take the record of it',
    async run(bench) {
      const auditLog = { record: () => Promise.reject(new TypeError('disk is full')) };
      const { store } = await bench.open({ auditLog });
      const history = foreignAppend([eventOf('a', 1)]);

      await refusedWithoutTrace(store, 'GOVERNANCE_UNAVAILABLE', () => moveInto(store, [history]));
    },
  },
  {
    id: '8.history-ends-with-its-run',
    name: 'takes nothing over behind the end of the run that is on record',
    async run(bench) {
      const { store } = await bench.open();

      const append = await store.importHistory(async (appendHistory) => ({ appendHistory }));

      const late = append.appendHistory(foreignAppend([eventOf('a', 1)]));
      await refusalOf(late, 'INVALID_ARGUMENT');
      assert.equal(await store.getVersion('a'), 0);
    },
  },
];
