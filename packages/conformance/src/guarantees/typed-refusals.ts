import assert from 'node:assert/strict';
import {
  type AuditRecord,
  type DomainEvent,
  type ErrorKind,
  InMemoryAuditLog,
  type InvalidEventError,
} from '@nexus/shared';
import { eventOf, eventsOf } from '../bench/events.ts';
import { refusalOf, refusedWithoutTrace } from '../bench/expectations.ts';
import { nextTurn } from '../bench/waiting.ts';
import type { ConformanceCase, Guarantee } from '../ConformanceCase.ts';

interface Refusal {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly events: readonly DomainEvent[];
}

/** What a store that holds `a` at version 2 refuses. */
const REFUSALS: readonly Refusal[] = [
  { code: 'INVALID_EVENT', kind: 'invalid', events: [eventOf('a', 0)] },
  { code: 'CONCURRENCY_CONFLICT', kind: 'conflict', events: [eventOf('a', 2, { eventId: 'stale' })] },
  { code: 'CONCURRENCY_CONFLICT', kind: 'conflict', events: eventsOf('a', 2, 3) },
  { code: 'VERSION_GAP', kind: 'conflict', events: [eventOf('a', 4)] },
  { code: 'IDEMPOTENCY_MISMATCH', kind: 'conflict', events: [eventOf('a', 2, { payload: { changed: true } })] },
];

const CASES: readonly ConformanceCase[] = [
  {
    id: '7.refusals-say-what-to-do',
    name: 'gives each refusal its code and kind, and tries none of them again for nothing',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 2));

      for (const { code, kind, events } of REFUSALS) {
        const error = await refusedWithoutTrace(store, code, () => store.append(events));
        assert.equal(error.kind, kind);
        assert.equal(error.retryable, false);
      }
    },
  },
  {
    id: '7.messages-name-the-subject',
    name: 'names the aggregate and the versions in the message of a conflict',
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('order-17', 1, 2));

      const stale = await refusalOf(
        store.append([eventOf('order-17', 1, { eventId: 'stale' })]),
        'CONCURRENCY_CONFLICT',
      );
      const gap = await refusalOf(store.append([eventOf('order-17', 9)]), 'VERSION_GAP');

      assert.match(stale.message, /order-17.*2/s);
      assert.match(gap.message, /order-17.*2.*9/s);
    },
  },
  {
    id: '7.invalid-events-are-located',
    name: 'says which event of an append is invalid, and where in it',
    async run(bench) {
      const { store } = await bench.open();
      const events = [eventOf('a', 1), eventOf('a', 2, { payload: { price: { net: Number.NaN } } })];

      const error = (await refusalOf(store.append(events), 'INVALID_EVENT')) as InvalidEventError;

      assert.equal(error.details.eventIndex, 1);
      assert.equal(error.details.eventId, 'a@2');
      assert.equal(error.violations[0]?.pointer, '/payload/price/net');
      assert.match(error.details.errors[0] ?? '', /price\/net/);
    },
  },
  {
    id: '7.refusals-are-audited',
    name: 'records each refusal with its actor and code, and never a payload',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ auditLog });
      const principal = { id: 'clerk', roles: [], client: 'till' };
      const event = eventOf('a', 5, { payload: { secret: 'hunter2' } });

      await refusalOf(store.append([event], { principal }), 'VERSION_GAP');

      assert.equal(auditLog.records.length, 1);
      assert.equal(auditLog.records[0]?.action, 'append.refused');
      assert.deepEqual(auditLog.records[0]?.actor, principal);
      assert.equal(auditLog.records[0]?.details.code, 'VERSION_GAP');
      assert.doesNotMatch(JSON.stringify(auditLog.records), /hunter2/);
    },
  },
  {
    id: '7.refusals-are-audited-before-the-answer',
    name: 'answers a refusal only once the audit log has it, and refuses as before where the log fails',
    async run(bench) {
      const order: string[] = [];
      const slow = {
        record: async ({ action }: AuditRecord) => {
          for (let turn = 0; turn < 5; turn++) await nextTurn();
          order.push(action);
        },
      };
      const failing = { record: () => Promise.reject(new TypeError('disk is full')) };
      const { store } = await bench.open({ auditLog: slow });
      const { store: unaudited } = await bench.open({ auditLog: failing });

      await refusalOf(store.append([eventOf('a', 5)]), 'VERSION_GAP');
      order.push('the answer');

      assert.deepEqual(order, ['append.refused', 'the answer']);
      await refusedWithoutTrace(unaudited, 'VERSION_GAP', () => unaudited.append([eventOf('a', 5)]));
    },
  },
  {
    id: '7.impossible-principal',
    name: 'refuses an append by a principal without id, client or roles',
    async run(bench) {
      const { store } = await bench.open();

      for (const principal of [{}, { id: '', roles: [], client: 'c' }, { id: 'a', roles: 'admin', client: 'c' }]) {
        const options = { principal: principal as never };
        await refusedWithoutTrace(store, 'INVALID_ARGUMENT', () => store.append([eventOf('a', 1)], options));
      }
    },
  },
  {
    id: '7.capabilities-are-fixed',
    name: 'states what it can do in flags and limits that nobody can change',
    async run(bench) {
      const { store } = await bench.open();
      const { capabilities } = store;

      for (const flag of ['appendsAcrossAggregates', 'readsAcrossAggregates', 'durable', 'eventIdIndex'] as const) {
        assert.equal(typeof capabilities[flag], 'boolean');
      }
      for (const limit of ['eventBytesMax', 'appendBytesMax', 'appendPartsMax'] as const) {
        assert.ok(capabilities[limit] > 0, `${limit} is ${capabilities[limit]}`);
      }
      assert.throws(() => Object.assign(capabilities, { durable: 'yes' }), TypeError);
    },
  },
];

export const TYPED_REFUSALS: Guarantee = { number: 7, title: 'Refusals are typed', cases: CASES };
