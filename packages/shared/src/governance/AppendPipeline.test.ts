import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../audit/InMemoryAuditLog.ts';
import { InMemoryPolicy } from '../policy/InMemoryPolicy.ts';
import type { Commit } from '../ports/EventJournal.ts';
import { InMemorySchemaRegistry } from '../schema/InMemorySchemaRegistry.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { AmbiguousCommitError, StoreUnavailableError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { nextEvents } from './nextEvents.ts';

const ANN: Principal = { id: 'ann', roles: [], client: 'app' };
const BOB: Principal = { id: 'bob', roles: [], client: 'app' };

/** A journal whose next tries go as the test says: before the write, or with its reply lost. */
class FaultyJournal extends InMemoryJournal {
  readonly faults: ('unavailable' | 'lost-request' | 'lost-reply' | 'read-fails')[] = [];
  readonly tries: Commit[] = [];
  onTry: () => void = () => {};

  override async append(commit: Commit) {
    this.tries.push(commit);
    this.onTry();
    const fault = this.faults.shift();
    if (fault === 'unavailable') throw new StoreUnavailableError('busy', { reason: 'busy' });
    if (fault === 'lost-request') throw new AmbiguousCommitError('unknown', { aggregateIds: [] });
    const result = await super.append(commit);
    if (fault === 'lost-reply') throw new AmbiguousCommitError('unknown', { aggregateIds: [] });
    return result;
  }

  override async *readAggregate(...parameters: Parameters<InMemoryJournal['readAggregate']>) {
    if (this.faults[0] === 'read-fails') throw new StoreUnavailableError('busy', { reason: 'busy' });
    yield* super.readAggregate(...parameters);
  }
}

function arrange(options: GovernedEventStoreOptions = {}) {
  const clock = new ManualClock();
  const journal = new FaultyJournal();
  const auditLog = new InMemoryAuditLog();
  const retry = { delaysMs: [0, 0, 0], jitter: 0 };
  const store = new GovernedEventStore(journal, { clock, auditLog, retry, ...options });
  const draft = nextEvents('order-1', 0, [{ eventType: 'A', payload: { n: 1 } }], { now: () => clock.now() });
  return { clock, journal, auditLog, store, events: draft };
}

describe('a try that fails', () => {
  it('is repeated with the same bytes until the store takes it', async () => {
    const { store, journal, events } = arrange();
    journal.faults.push('unavailable', 'lost-request');

    const receipt = await store.append(events);

    expect(receipt.replayed).toBe(false);
    expect(journal.tries).toHaveLength(3);
    expect(new Set(journal.tries.map((commit) => JSON.stringify(commit.events)))).toHaveProperty('size', 1);
    expect(await store.getVersion('order-1')).toBe(1);
  });

  it('whose reply was lost is found, as stored by this very call, with the receipt that was stored', async () => {
    const { store, journal, events } = arrange();
    journal.faults.push('lost-reply');

    const receipt = await store.append(events);

    expect(receipt.replayed).toBe(false);
    expect(receipt.receipts).toEqual([journal.tries[0]?.receipt]);
    expect(await store.getVersion('order-1')).toBe(1);
  });

  it('ends as unavailable when nothing can have been stored', async () => {
    const { store, journal, events } = arrange();
    journal.faults.push('unavailable', 'unavailable', 'unavailable', 'unavailable');

    await expect(store.append(events)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });

    expect(await store.getVersion('order-1')).toBe(0);
  });

  it('ends as ambiguous as soon as one of its tries may have been stored', async () => {
    const { store, journal, events } = arrange();
    journal.faults.push('lost-request', 'unavailable', 'unavailable', 'unavailable');

    await expect(store.append(events)).rejects.toMatchObject({ code: 'AMBIGUOUS_COMMIT', kind: 'ambiguous' });
  });
});

describe('a decision older than 30 s', () => {
  it('is made again before the next try, with a new receipt and the same digests', async () => {
    const { store, journal, events, clock } = arrange({ policy: new InMemoryPolicy([]) });
    journal.faults.push('unavailable', 'unavailable');
    journal.onTry = () => clock.advance(20_000);

    await store.append(events);

    const receipts = journal.tries.map(({ receipt }) => receipt);
    expect(new Set(receipts.map(({ decidedAt }) => decidedAt)).size).toBe(2);
    expect(new Set(receipts.map(({ digest }) => digest)).size).toBe(1);
  });

  it('is what one may be whose age cannot be told, because the clock was set back', async () => {
    const { store, journal, events, clock } = arrange({ policy: new InMemoryPolicy([]) });
    journal.faults.push('unavailable');
    journal.onTry = () => clock.setBack(3_600_000);

    const { receipts } = await store.append(events);

    const decidedAt = journal.tries.map(({ receipt }) => receipt.decidedAt);
    expect(new Set(decidedAt).size).toBe(2);
    expect(receipts[0]?.decidedAt).toBe(decidedAt[1]);
  });

  it('that now refuses is reported as ambiguous while an earlier try may have been stored', async () => {
    let denies = false;
    const rule = { name: 'later', check: () => (denies ? 'not any more' : undefined) };
    const { store, journal, events, clock } = arrange({ policy: new InMemoryPolicy([rule]) });
    journal.faults.push('lost-request');
    journal.onTry = () => {
      clock.advance(31_000);
      denies = true;
    };

    await expect(store.append(events)).rejects.toMatchObject({
      code: 'AMBIGUOUS_COMMIT',
      cause: { code: 'POLICY_DENIED' },
    });
  });

  it('that now refuses is a refusal when nothing can have been stored', async () => {
    let denies = false;
    const rule = { name: 'later', check: () => (denies ? 'not any more' : undefined) };
    const { store, journal, events, clock } = arrange({ policy: new InMemoryPolicy([rule]) });
    journal.faults.push('unavailable');
    journal.onTry = () => {
      clock.advance(31_000);
      denies = true;
    };

    await expect(store.append(events)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  });
});

describe('a repeat that the rules refuse by now', () => {
  function arrangeStored(mayRead: (principal: Principal) => boolean = () => false) {
    let denies = false;
    const rule = { name: 'later', check: () => (denies ? 'not any more' : undefined) };
    const arranged = arrange({ policy: new InMemoryPolicy([rule], { mayRead }) });
    const store = async () => {
      const receipt = await arranged.store.append(arranged.events, { principal: ANN });
      denies = true;
      return receipt;
    };
    return { ...arranged, storeFirst: store };
  }

  it('gives its first actor the stored receipt', async () => {
    const { store, events, storeFirst } = arrangeStored();
    const first = await storeFirst();

    const repeat = await store.append(events, { principal: ANN });

    expect(repeat).toEqual({ ...first, replayed: true });
  });

  it('tells nobody else, who may not read the aggregate, that it is stored', async () => {
    const { store, events, storeFirst } = arrangeStored();
    await storeFirst();

    const refusal = await store.append(events, { principal: BOB }).catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code: 'POLICY_DENIED' });
    expect(refusal).not.toHaveProperty('replayUnknown');
  });

  it('gives the receipt to another who may read the aggregate', async () => {
    const { store, events, storeFirst } = arrangeStored(() => true);
    await storeFirst();

    await expect(store.append(events, { principal: BOB })).resolves.toMatchObject({ replayed: true });
  });

  it('stays refused, as unknown, when the store cannot be asked', async () => {
    const { store, journal, events, storeFirst } = arrangeStored();
    await storeFirst();
    journal.faults.push('read-fails');

    await expect(store.append(events, { principal: ANN })).rejects.toMatchObject({
      code: 'POLICY_DENIED',
      replayUnknown: true,
    });
  });

  it('is looked up 60 times a minute for each principal', async () => {
    const { store, events, storeFirst, clock } = arrangeStored();
    await storeFirst();
    for (let repeat = 0; repeat < 60; repeat++) await store.append(events, { principal: ANN });

    await expect(store.append(events, { principal: ANN })).rejects.toMatchObject({
      code: 'POLICY_DENIED',
      replayUnknown: true,
    });

    clock.advance(60_000);
    await expect(store.append(events, { principal: ANN })).resolves.toMatchObject({ replayed: true });
  });
});

describe('every refusal', () => {
  it('is audited with its code and actor, and without a payload', async () => {
    const registry = new InMemorySchemaRegistry();
    registry.register('A', { properties: { n: { type: 'string', 'x-nexus-pii': true } } });
    const { store, auditLog, events, clock } = arrange({ schemaRegistry: registry });

    await expect(store.append(events, { principal: ANN })).rejects.toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED' });

    expect(auditLog.records).toMatchObject([
      { at: clock.timestamp(), action: 'append.refused', actor: ANN, details: { code: 'SCHEMA_VALIDATION_FAILED' } },
    ]);
  });

  it('is audited by the names of the policies, whatever their messages say of the payload', async () => {
    const rule = { name: 'no-secrets', check: ({ payload }: DomainEvent) => `leave out ${payload.secret}` };
    const policy = new InMemoryPolicy([rule], { revision: '1:00' });
    const { store, auditLog, events } = arrange({ policy });
    const secret = events.map((event) => ({ ...event, payload: { secret: 'hunter2' } }));

    await expect(store.append(secret, { principal: ANN })).rejects.toThrow('hunter2');

    const details = { code: 'POLICY_DENIED', action: 'append', revision: '1:00', policies: ['no-secrets'] };
    expect(auditLog.records).toMatchObject([{ action: 'append.refused', actor: ANN, details }]);
    expect(JSON.stringify(auditLog.records)).not.toContain('hunter2');
  });

  it('keeps its error when the audit log fails', async () => {
    const auditLog = { record: () => Promise.reject(new Error('full')) };
    const { store } = arrange({ auditLog });

    await expect(store.append([])).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  });
});

it('does not take an engine that answers nothing for one that allows', async () => {
  for (const answer of [undefined, null, {}, { decision: 'allow' }, 'allow', Promise.resolve(undefined)]) {
    const { store, events } = arrange({ policy: { decide: () => answer as never } });

    await expect(store.append(events)).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { part: 'policy-engine' },
    });
    expect(await store.getVersion('order-1')).toBe(0);
  }
});

it('finds an append that was stored while the clock was ahead, once the clock is mended', async () => {
  const { store, journal, events } = arrange();
  const ahead = new GovernedEventStore(journal, { clock: new ManualClock('2026-02-28T12:00:00.000Z') });
  const late = events.map((event) => ({ ...event, timestamp: '2026-02-28T12:00:00.000Z' }));
  await ahead.append(late);

  const repeat = await store.append(late);

  expect(repeat.replayed).toBe(true);
  await expect(store.append([{ ...late[0], aggregateVersion: 2 } as (typeof late)[0]])).rejects.toMatchObject({
    code: 'INVALID_EVENT',
  });
});

it('does not wait for ever for an audit log that hangs', async () => {
  const { store, clock } = arrange({ auditLog: { record: () => new Promise(() => {}) } });

  const refused = expect(store.append([])).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  await clock.untilSomebodySleeps();
  clock.advance(5_000);

  await refused;
  await store.close();
});

it('says in logs and audit records where an append led and which field broke which rule, and never what it held', async () => {
  const registry = new InMemorySchemaRegistry();
  registry.register('A', { properties: { n: { type: 'number' } } });
  const logged: object[] = [];
  const log = (fields: object, message: string) => void logged.push({ fields, message });
  const logger = { debug: log, info: log, warn: log, error: log };
  const { store, auditLog } = arrange({ schemaRegistry: registry, logger });
  const [event] = nextEvents('order-1', 0, [{ eventType: 'A', payload: { n: 'hunter2' } }], { now: () => 0 });

  await expect(store.append([event as never])).rejects.toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED' });

  expect(auditLog.records[0]?.details).toEqual({
    code: 'SCHEMA_VALIDATION_FAILED',
    violations: [{ eventIndex: 0, pointer: '/payload/n', keyword: 'type' }],
    aggregates: 1,
    shares: [{ aggregateId: 'order-1', fromVersion: 1, toVersion: 1 }],
  });
  expect(JSON.stringify(logged)).not.toContain('hunter2');
});

describe('an abort signal', () => {
  it('stops an append between two tries', async () => {
    const { store, journal, events } = arrange();
    const controller = new AbortController();
    journal.faults.push('unavailable');
    journal.onTry = () => controller.abort(new Error('stop'));

    await expect(store.append(events, { signal: controller.signal })).rejects.toThrow('stop');

    expect(journal.tries).toHaveLength(1);
    expect(await store.getVersion('order-1')).toBe(0);
  });

  it('stops an append that has not reached the store', async () => {
    const { store, journal, events } = arrange();
    const signal = AbortSignal.abort(new Error('stop'));

    await expect(store.append(events, { signal })).rejects.toThrow('stop');

    expect(journal.tries).toEqual([]);
  });
});

it('reports the mark of governance as unavailable only after it was tried again', async () => {
  const { store, journal, events } = arrange({ policy: new InMemoryPolicy([]) });
  const put = journal.records.put.bind(journal.records);
  let failures = 2;
  journal.records.put = (...parameters) => {
    if (failures-- > 0) return Promise.reject(new AmbiguousCommitError('unknown', { aggregateIds: [] }));
    return put(...parameters);
  };

  await expect(store.append(events)).resolves.toMatchObject({ replayed: false });
});

it.each([
  ['mode', { mode: 'enforced' }],
  ['unknownTypes', { unknownTypes: 'yes' }],
  ['uniqueEventIds', { uniqueEventIds: 'all' }],
  ['governanceTimeoutMs', { governanceTimeoutMs: Number.POSITIVE_INFINITY }],
  ['retry.delaysMs', { retry: { delaysMs: null } }],
  ['retry.jitter', { retry: { jitter: 2 } }],
  ['schemaRegistry', { enableSchemaValidation: true }],
])('refuses a wrong %s', (setting, options) => {
  expect(() => arrange(options as GovernedEventStoreOptions)).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION', details: { setting } }),
  );
});

it('refuses a principal that is none', async () => {
  const { store, events } = arrange();

  await expect(store.append(events, { principal: { id: '' } as Principal })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    details: { argument: 'principal' },
  });
});

it('marks what an import adds behind newer events', async () => {
  const { store, events } = arrange();

  await store.append(events, { outOfOrder: true });

  const [stored] = await store.getEvents('order-1');
  expect(stored?.recorded.outOfOrder).toBe(true);
});

describe('an engine that cannot give the text of its policies', () => {
  const withSource = (source: () => unknown) => {
    const policy = new InMemoryPolicy([]);
    return arrange({ policy: Object.assign(policy, { source: source as () => string }), governanceTimeoutMs: 1_000 });
  };

  it.each([
    ['fails at once', () => Promise.reject(new Error('down'))],
    ['answers no text', () => 7],
    ['answers the text of another revision', () => 'other'],
  ])('lets nothing in where it %s', async (_what, source) => {
    const { store, events } = withSource(source);

    await expect(store.append(events)).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { part: 'policy-engine' },
    });
    expect(await store.getVersion('order-1')).toBe(0);
  });

  it('lets nothing in where it does not answer in time', async () => {
    const { store, events, clock } = withSource(() => new Promise(() => {}));

    const refused = expect(store.append(events)).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
    await clock.untilSomebodySleeps();
    clock.advance(1_000);

    await refused;
  });
});
