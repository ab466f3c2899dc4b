import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../audit/InMemoryAuditLog.ts';
import { LoggerAuditLog } from '../audit/LoggerAuditLog.ts';
import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';
import { SILENT_LOGGER } from '../ports/LoggerPort.ts';
import type { RecordStore } from '../ports/RecordStore.ts';
import { StoreUnavailableError } from '../types/errors.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { nextEvents } from './nextEvents.ts';

const RANGE = { eventType: 'A', startTime: '2026-01-01T00:00:00.000Z', endTime: '2026-02-01T00:00:00.000Z' };
/** Within the range, and behind all that is stored at first. */
const LATER = '2026-01-31T12:01:00.000Z';
const ANN = { id: 'ann', roles: ['auditor'], client: 'app' };

/** Counts what is read, in pages as small as the test says, and takes 7 ms for each. */
class WatchedJournal extends InMemoryJournal {
  readonly clock = new ManualClock();
  queries = 0;
  pageEventsMax: number = Number.POSITIVE_INFINITY;
  beforePage: () => Promise<unknown> | undefined = () => undefined;
  fault: Error | undefined;

  override async queryByTime(range: Parameters<InMemoryJournal['queryByTime']>[0]) {
    this.queries += 1;
    this.clock.advance(7);
    if (this.fault !== undefined) throw this.fault;
    await this.beforePage();
    return super.queryByTime({ ...range, limit: Math.min(range.limit, this.pageEventsMax) });
  }
}

/** Fails on one kind of record. */
class FailingAuditLog extends InMemoryAuditLog {
  readonly #action: AuditRecord['action'];

  constructor(action: AuditRecord['action']) {
    super();
    this.#action = action;
  }

  override async record(record: AuditRecord): Promise<void> {
    if (record.action === this.#action) throw new StoreUnavailableError('disk full', { reason: 'disk full' });
    await super.record(record);
  }
}

async function arrange(auditLog: AuditLogPort = new InMemoryAuditLog(), options: GovernedEventStoreOptions = {}) {
  const journal = new WatchedJournal();
  const { clock } = journal;
  let ids = 0;
  const store = new GovernedEventStore(journal, { clock, auditLog, newId: () => `id-${++ids}`, ...options });
  const drafts = Array.from({ length: 3 }, () => ({ eventType: 'A', payload: { secret: 'hunter2' } }));
  await store.append(nextEvents('order-1', 0, drafts, { now: () => clock.now() }));
  ids = 0;
  return { journal, clock, store };
}

describe('a temporal query', () => {
  it('is on record with who asks and what, and then with what came of it', async () => {
    const auditLog = new InMemoryAuditLog();
    const { store, clock } = await arrange(auditLog);
    const beganAt = clock.timestamp();

    await store.queryEvents({ ...RANGE, limit: 2, clientId: 'app', principal: ANN });

    const details = { queryId: 'id-1', operation: 'queryEvents', ...RANGE, limit: 2, continued: false };
    expect(auditLog.records).toEqual([
      { at: beganAt, action: 'query.begin', actor: ANN, details },
      {
        at: clock.timestamp(),
        action: 'query.end',
        actor: ANN,
        details: { queryId: 'id-1', outcome: 'ok', count: 2, durationMs: 7 },
      },
    ]);
  });

  it('is on record by its client where nobody is named, each page and each array by itself', async () => {
    const auditLog = new InMemoryAuditLog();
    const { store } = await arrange(auditLog);

    const { cursor = '' } = await store.queryEvents({ ...RANGE, limit: 2 });
    await store.queryEvents({ ...RANGE, limit: 2, cursor });
    await store.getEventsByTimeRange('A', RANGE.startTime, RANGE.endTime, 10, 'till');

    const begun = auditLog.records.filter(({ action }) => action === 'query.begin');
    const ended = auditLog.records.filter(({ action }) => action === 'query.end');
    expect(begun.map(({ actor, details }) => [actor.id, actor.client, details.operation, details.continued])).toEqual([
      ['anonymous', 'anonymous', 'queryEvents', false],
      ['anonymous', 'anonymous', 'queryEvents', true],
      ['till', 'till', 'getEventsByTimeRange', false],
    ]);
    expect(begun.map(({ actor }) => actor.roles)).toEqual([[], [], []]);
    expect(ended.map(({ details }) => details.count)).toEqual([2, 1, 3]);
  });

  it('is on record before anything is read', async () => {
    const { store, journal } = await arrange({
      async record({ action }) {
        if (action === 'query.begin') expect(journal.queries).toBe(0);
        if (action === 'query.end') expect(journal.queries).toBe(1);
      },
    });

    await store.queryEvents(RANGE);

    expect(journal.queries).toBe(1);
  });

  it.each([
    ['query.begin', 0],
    ['query.end', 1],
  ] as const)('shows nothing where its %s cannot be recorded', async (action, reads) => {
    const { store, journal } = await arrange(new FailingAuditLog(action));

    const page = store.queryEvents(RANGE);

    await expect(page).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE', details: { part: 'audit-log' } });
    expect(journal.queries).toBe(reads);
    await expect(store.getEventsByTimeRange('A', RANGE.startTime, RANGE.endTime, 10, 'till')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
    });
    expect(journal.queries).toBe(2 * reads);
  });

  it('that fails is on record with the code of its error', async () => {
    const auditLog = new InMemoryAuditLog();
    const { store, journal } = await arrange(auditLog);
    journal.fault = new StoreUnavailableError('busy', { reason: 'busy' });

    await expect(store.queryEvents(RANGE)).rejects.toBe(journal.fault);

    expect(auditLog.records.at(-1)?.details).toMatchObject({ outcome: 'STORE_UNAVAILABLE', count: 0, durationMs: 7 });
  });

  it('that its client gave up is on record as that', async () => {
    const auditLog = new InMemoryAuditLog();
    const { store, journal } = await arrange(auditLog);
    const signal = AbortSignal.abort();
    journal.fault = signal.reason;

    await expect(store.queryEvents({ ...RANGE, signal })).rejects.toBe(signal.reason);

    expect(auditLog.records.at(-1)?.details).toMatchObject({ outcome: 'ABORTED' });
  });

  it('that is invalid or over the quota has not begun', async () => {
    const auditLog = new InMemoryAuditLog();
    const { store } = await arrange(auditLog);
    for (let count = 0; count < 10; count++) await store.queryEvents(RANGE);
    const before = auditLog.records.length;

    const refusals = [
      store.queryEvents(RANGE),
      store.queryEvents({ ...RANGE, limit: 0 }),
      store.queryEvents({ ...RANGE, cursor: 'none' }),
      store.queryEvents({ ...RANGE, principal: { id: '', roles: [], client: 'c' } }),
    ];

    const codes = await Promise.all(refusals.map((refusal) => refusal.catch(({ code }) => code)));
    expect(codes).toEqual(['RATE_LIMITED', 'INVALID_ARGUMENT', 'CURSOR_INVALID', 'INVALID_ARGUMENT']);
    expect(auditLog.records).toHaveLength(before);
  });

  it('is logged, where there is no other audit log, and no payload with it', async () => {
    const lines: object[] = [];
    const logger = { ...SILENT_LOGGER, info: (fields: object, message: string) => lines.push({ message, ...fields }) };
    const { store } = await arrange(new LoggerAuditLog(logger));

    await store.queryEvents(RANGE);

    expect(lines).toMatchObject([{ message: 'audit query.begin' }, { message: 'audit query.end' }]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('the pages of a temporal query', () => {
  it('say why they end, where the next begins and how far was looked, and the last says that it is the last', async () => {
    const { store, clock } = await arrange();
    const settledThrough = RANGE.endTime;

    const first = await store.queryEvents({ ...RANGE, limit: 2 });
    const last = await store.queryEvents({ ...RANGE, limit: 2, cursor: first.cursor as string });

    const [cursor, scannedThrough] = [expect.any(String), clock.timestamp(-14)];
    expect(first).toMatchObject({ cursor, partial: { reason: 'limit' }, scannedThrough, settledThrough });
    expect(first.events.map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 2]);
    expect(last).toEqual({ events: last.events, scannedThrough: RANGE.endTime, settledThrough });
    expect(last.events.map(({ aggregateVersion }) => aggregateVersion)).toEqual([3]);
  });

  it('that are cut by their size say so', async () => {
    const { store, journal } = await arrange();
    journal.pageEventsMax = 1;

    const page = await store.queryEvents({ ...RANGE, limit: 2 });

    expect(page).toMatchObject({ events: [{ aggregateVersion: 1 }], partial: { reason: 'size' } });
  });

  it('leave out what was appended since the first', async () => {
    const { store } = await arrange();
    const { cursor = '' } = await store.queryEvents({ ...RANGE, limit: 2 });
    await store.append(nextEvents('order-2', 0, [{ eventType: 'A', payload: {}, timestamp: LATER }]));

    const { events } = await store.queryEvents({ ...RANGE, cursor });

    expect(events.map(({ aggregateId }) => aggregateId)).toEqual(['order-1']);
  });

  it('end with both ends of the range, which may be one time', async () => {
    const { store, clock } = await arrange();
    const at = clock.timestamp();

    const { events } = await store.queryEvents({ ...RANGE, startTime: at, endTime: at, limit: 10_000 });

    expect(events).toHaveLength(3);
  });

  it('come together in one array, which holds the oldest matches, as of its first page', async () => {
    const { store, journal } = await arrange();
    const [event] = nextEvents('order-2', 0, [{ eventType: 'A', payload: {}, timestamp: LATER }]);
    journal.pageEventsMax = 1;
    journal.beforePage = async () => {
      if (journal.queries === 2) await store.append([event as never]);
    };
    const query = (limit: number) => store.getEventsByTimeRange('A', RANGE.startTime, RANGE.endTime, limit, 'till');

    const all = await query(10);
    const two = await query(2);

    expect(all.map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 2, 3]);
    expect(two).toEqual(all.slice(0, 2));
    expect(await query(10)).toHaveLength(4);
    journal.pageEventsMax = 2;
    expect(await query(3)).toEqual(all);
  });
});

describe('the quota of temporal queries', () => {
  it('is one for each client, and says when to come back', async () => {
    const { store, clock } = await arrange(new InMemoryAuditLog(), { queriesPerMinute: 1 });
    const query = (clientId: string) => store.queryEvents({ ...RANGE, clientId });
    await query('till');
    await query('shop');

    await expect(query('till')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { key: 'till', limit: 1, windowMs: 60_000, retryAfterMs: 60_000 - 14 },
      message: expect.stringMatching(/till .* 1 temporal queries of 60 s; come back in 59986 ms/),
    });

    clock.advance(60_000 - 14);
    await expect(query('till')).resolves.toHaveProperty('events.length', 3);
  });

  it('can be none', async () => {
    const { store } = await arrange(new InMemoryAuditLog(), { rateLimiter: null });

    for (let count = 0; count < 11; count++) expect((await store.queryEvents(RANGE)).events).toHaveLength(3);
  });
});

it.each([
  ['eventType', { eventType: '' }],
  ['startTime', { startTime: '2026-01-01' }],
  ['endTime', { endTime: '2026-02-01' }],
  ['startTime', { startTime: '2026-02-01T00:00:00.001Z' }],
  ['limit', { limit: 10_001 }],
  ['clientId', { clientId: '' }],
  ['upcast', { upcast: 'no' as never }],
])('names %s where it is none of a query', async (argument, change) => {
  const { store, journal } = await arrange();

  const refusal = store.queryEvents({ ...RANGE, ...change });

  await expect(refusal).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument } });
  expect(journal.queries).toBe(0);
});

it('answers nobody whole arrays who does not say on whose quota', async () => {
  const { store } = await arrange();

  const refusal = store.getEventsByTimeRange('A', RANGE.startTime, RANGE.endTime, 10, undefined as never);

  await expect(refusal).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument: 'clientId' } });
});

describe('an audit log that makes seals', () => {
  it('gets the records of the store, and seals before the store is closed', async () => {
    const steps: string[] = [];
    class ClosingJournal extends InMemoryJournal {
      override async close(): Promise<void> {
        steps.push('closed');
      }
    }
    const journal = new ClosingJournal();
    let attached: RecordStore | undefined;
    const store = new GovernedEventStore(journal, {
      auditLog: {
        record: async () => {},
        attach: (records) => {
          attached = records;
        },
        seal: async () => void steps.push('sealed'),
      },
    });

    await store.close();

    expect(attached).toBe(journal.records);
    expect(steps).toEqual(['sealed', 'closed']);
  });

  it('and cannot keeps no store from being closed', async () => {
    const warnings: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (_: object, message: string) => warnings.push(message) };
    const seal = async () => {
      throw new StoreUnavailableError('down', { reason: 'down' });
    };
    const store = new GovernedEventStore(new InMemoryJournal(), { logger, auditLog: { record: async () => {}, seal } });

    await store.close();

    expect(warnings).toContain('the audit log was not sealed');
  });
});
