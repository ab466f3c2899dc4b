import assert from 'node:assert/strict';
import { AUDIT_SEAL_PREFIX, type AuditRecord, type AuditSeal, InMemoryAuditLog, type RecordStore } from '@nexus/shared';
import { at, eventsOf } from '../../bench/events.ts';
import { refusalOf } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const QUERY = { eventType: 'ThingHappened', startTime: at(0), endTime: at(0) } as const;
const CLERK = { id: 'clerk', roles: ['auditor'], client: 'till' };

/** Fails on one kind of record. */
class FailingAuditLog extends InMemoryAuditLog {
  readonly #action: AuditRecord['action'];

  constructor(action: AuditRecord['action']) {
    super();
    this.#action = action;
  }

  override async record(record: AuditRecord): Promise<void> {
    if (record.action === this.#action) throw new TypeError('the audit log is away');
    await super.record(record);
  }
}

/** Seals what it has recorded, as a log of files does. */
class SealingAuditLog extends InMemoryAuditLog {
  #store: RecordStore | undefined;

  attach(records: RecordStore): void {
    this.#store = records;
  }

  async seal(): Promise<void> {
    const seal = { chain: 'c1', sequence: this.records.length, hash: '1:00', file: 'c1.jsonl', at: at(0) };
    await this.#store?.put(AUDIT_SEAL_PREFIX + seal.chain, seal, null);
  }
}

export const AUDITED_QUERY_CASES: readonly ConformanceCase[] = [
  {
    id: '8.queries-are-audited',
    name: 'puts each temporal query on record, with who asks and what, and then with what came of it',
    async run(bench) {
      const auditLog = new InMemoryAuditLog();
      const { store } = await bench.open({ auditLog });
      await store.append(eventsOf('a', 1, 3));

      await store.queryEvents({ ...QUERY, limit: 2, clientId: 'till', principal: CLERK });
      await store.getEventsByTimeRange(QUERY.eventType, QUERY.startTime, QUERY.endTime, 10, 'till');

      const [begin, end, ...second] = auditLog.records;
      assert.equal(begin?.action, 'query.begin');
      assert.deepEqual(begin.actor, CLERK);
      assert.partialDeepStrictEqual(begin.details, { ...QUERY, limit: 2 });
      assert.equal(end?.action, 'query.end');
      assert.partialDeepStrictEqual(end.details, { queryId: begin.details.queryId, outcome: 'ok', count: 2 });
      assert.deepEqual(
        second.map(({ action, actor }) => [action, actor.id]),
        [
          ['query.begin', 'till'],
          ['query.end', 'till'],
        ],
      );
    },
  },
  {
    id: '8.unaudited-query-shows-nothing',
    name: 'shows nothing of a temporal query whose beginning or end cannot be put on record',
    async run(bench) {
      for (const action of ['query.begin', 'query.end'] as const) {
        const { store } = await bench.open({ auditLog: new FailingAuditLog(action) });
        await store.append(eventsOf('a', 1, 3));

        const error = await refusalOf(store.queryEvents(QUERY), 'GOVERNANCE_UNAVAILABLE');
        const { startTime, endTime } = QUERY;
        const oldest = store.getEventsByTimeRange(QUERY.eventType, startTime, endTime, 10, 'till');
        await refusalOf(oldest, 'GOVERNANCE_UNAVAILABLE');

        assert.equal((error.details as { part: string }).part, 'audit-log');
        assert.equal(error.retryable, true);
      }
    },
  },
  {
    id: '8.seals-outlive-the-instance',
    name: 'keeps the seals of the audit log, which it makes before it is closed',
    async run(bench) {
      const auditLog = new SealingAuditLog();
      const { store, reopen } = await bench.open({ auditLog });
      await store.queryEvents(QUERY);

      const again = await reopen({});

      const seals: readonly AuditSeal[] = await again.auditSeals();
      assert.deepEqual(seals, [{ chain: 'c1', sequence: 2, hash: '1:00', file: 'c1.jsonl', at: at(0) }]);
    },
  },
];
