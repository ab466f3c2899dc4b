import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../audit/InMemoryAuditLog.ts';
import { InMemoryPolicy, type PolicyRule } from '../policy/InMemoryPolicy.ts';
import type { HistoryAppend } from '../ports/EventStoreAdmin.ts';
import { SILENT_LOGGER } from '../ports/LoggerPort.ts';
import type { PolicyPort } from '../ports/PolicyPort.ts';
import { InMemorySchemaRegistry } from '../schema/InMemorySchemaRegistry.ts';
import { canonicalJson } from './digest.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { type EventDraft, nextEvents } from './nextEvents.ts';

const ANN = { id: 'ann', roles: [], client: 'app' };
const BOB = { id: 'bob', roles: [], client: 'app' };
const LENIENT = { type: 'object', properties: { n: { type: 'integer' } } };
const STRICT = { ...LENIENT, required: ['m'] };
const NO_ZERO: PolicyRule = { name: 'no-zero', check: ({ payload }) => (payload.n === 0 ? 'n is 0' : undefined) };
const NO_EVEN: PolicyRule = {
  name: 'no-even',
  check: ({ payload }) => (Number(payload.n) % 2 === 0 ? 'n is even' : undefined),
};
const NO_ODD: PolicyRule = { name: 'no-odd', check: ({ payload }) => (payload.n === 1 ? 'n is odd' : undefined) };

function arrange(options: GovernedEventStoreOptions = {}) {
  const journal = new InMemoryJournal();
  const auditLog = new InMemoryAuditLog();
  const clock = new ManualClock();
  const warnings: object[] = [];
  const logger = { ...SILENT_LOGGER, warn: (fields: object, message: string) => warnings.push({ ...fields, message }) };
  /** Opens the store anew, with other rules. */
  const open = (others: GovernedEventStoreOptions) =>
    new GovernedEventStore(journal, { auditLog, clock, logger, retry: { delaysMs: [] }, ...others });
  const eventsOf = (...drafts: Partial<EventDraft>[]) =>
    nextEvents(
      'a',
      0,
      drafts.map((draft) => ({ eventType: 'A', payload: { n: 1 }, ...draft })),
      { now: () => clock.now() },
    );
  return { journal, auditLog, clock, warnings, open, store: open(options), eventsOf };
}

/** A registry whose latest version asks for more than its first. */
function twoVersions(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
  registry.register('A', LENIENT);
  registry.register('A', STRICT);
  return registry;
}

function oneVersion(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register('A', LENIENT);
  return registry;
}

describe('a store that observes', () => {
  it('stores what it would have refused, and logs and audits every reason', async () => {
    const policy = new InMemoryPolicy([NO_ZERO], { revision: '1:00' });
    const { store, eventsOf, auditLog, clock, warnings } = arrange({
      schemaRegistry: oneVersion(),
      policy,
      mode: 'observe',
    });

    const { receipts } = await store.append(eventsOf({ payload: { n: 0 } }, { payload: { n: 'hunter2' } }), {
      principal: ANN,
    });

    expect(receipts).toMatchObject([
      {
        mode: 'observe',
        schemas: [{ outcome: 'invalid-observed', version: '1' }],
        policy: { decision: 'deny-observed', matched: ['no-zero'] },
      },
    ]);
    const details = {
      refusals: [
        { code: 'SCHEMA_VALIDATION_FAILED', violations: [{ eventIndex: 1, pointer: '/payload/n', keyword: 'type' }] },
        { code: 'POLICY_DENIED', action: 'append', revision: '1:00', policies: ['no-zero'] },
      ],
      aggregates: 1,
      shares: [{ aggregateId: 'a', fromVersion: 1, toVersion: 2 }],
    };
    expect(auditLog.records).toEqual([{ at: clock.timestamp(), action: 'append.observed', actor: ANN, details }]);
    expect(warnings).toEqual([{ ...details, message: expect.stringContaining('would have refused') }]);
  });

  it('says nothing of an append that it would have taken', async () => {
    const { store, eventsOf, auditLog, warnings } = arrange({
      schemaRegistry: oneVersion(),
      policy: new InMemoryPolicy([NO_ZERO]),
      mode: 'observe',
    });

    const { receipts } = await store.append(eventsOf({}));

    expect(receipts).toMatchObject([{ schemas: [{ outcome: 'valid' }], policy: { decision: 'allow' } }]);
    expect([auditLog.records, warnings]).toEqual([[], []]);
  });
});

describe('a policy', () => {
  it('that only observes denies nothing, and the receipt says what it would have denied', async () => {
    const { store, eventsOf } = arrange({ policy: new InMemoryPolicy([{ ...NO_ZERO, effect: 'observe' }]) });

    const { receipts } = await store.append(eventsOf({ payload: { n: 0 } }));

    expect(receipts[0]?.policy).toMatchObject({ decision: 'allow', matched: ['no-zero'] });
    expect(receipts[0]?.policy?.observed).toEqual([{ policy: 'no-zero', message: 'n is 0' }]);
  });

  it('is named with its reason beside every other that denies', async () => {
    const { store, eventsOf } = arrange({ policy: new InMemoryPolicy([NO_ZERO, NO_EVEN]) });

    const refusal = store.append(eventsOf({ payload: { n: 0 } }));

    await expect(refusal).rejects.toThrow(/no-zero: n is 0.*no-even: n is even/);
  });

  it('is not asked who may read where there is none: a repeat is told to everybody', async () => {
    const { open, eventsOf } = arrange();
    const events = eventsOf({});
    await open({ schemaRegistry: oneVersion() }).append(events, { principal: ANN });

    const repeat = await open({ schemaRegistry: twoVersions() }).append(events, { principal: BOB });

    expect(repeat).toMatchObject({ replayed: true, receipts: [{ actor: ANN }] });
  });
});

it('lets an event in by the version that it names, though a later one would refuse it', async () => {
  const { store, eventsOf } = arrange({ schemaRegistry: twoVersions() });

  const { receipts } = await store.append(eventsOf({ metadata: { schemaVersion: '1' } }));

  expect(receipts[0]?.schemas).toMatchObject([{ version: '1', outcome: 'valid' }]);
  await expect(store.append(eventsOf({}))).rejects.toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED' });
});

describe('an engine that gives the text of its policies', () => {
  const withSource = (source: (revision: string) => unknown): GovernedEventStoreOptions => {
    const policy: PolicyPort = Object.assign(new InMemoryPolicy([]), { source: source as () => string });
    return { policy, governanceTimeoutMs: 1_000 };
  };

  it('and fails is named with its reason and cause', async () => {
    const down = new Error('down');
    const { store, eventsOf } = arrange(withSource(() => Promise.reject(down)));

    const refusal = store.append(eventsOf({}));

    await expect(refusal).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      message: expect.stringContaining('down'),
      details: { part: 'policy-engine', reason: 'down' },
      cause: down,
    });
  });

  it('and does not answer is named with the time that it had', async () => {
    const { store, eventsOf, clock } = arrange(withSource(() => new Promise(() => {})));

    const refused = expect(store.append(eventsOf({}))).rejects.toMatchObject({
      details: { part: 'policy-engine', reason: 'no answer within 1000 ms' },
    });
    await clock.untilSomebodySleeps();
    clock.advance(1_000);

    await refused;
  });

  it('is asked once, also where it has no text for a revision', async () => {
    const asked: string[] = [];
    const { store, eventsOf } = arrange(withSource((revision) => void asked.push(revision)));
    const [first, second] = eventsOf({}, {});

    await store.append([first as never]);
    await store.append([second as never]);

    expect(asked).toHaveLength(1);
  });
});

describe('the history of another store', () => {
  /** One append of a store with these rules, as it is exported. */
  async function exported(rules: GovernedEventStoreOptions): Promise<HistoryAppend> {
    const { store, eventsOf } = arrange(rules);
    const { receipts } = await store.append(eventsOf({}));
    const { storeId } = await store.identity();
    return { events: await store.getEvents('a'), receipt: receipts[0] as never, storeId };
  }

  async function importedInto(rules: GovernedEventStoreOptions, history: HistoryAppend) {
    const { store } = arrange(rules);
    const { receipts } = await store.importHistory((append) => append(history));
    const [event] = await store.getEvents('a');
    return { schemas: receipts[0]?.schemas, schemaVersion: event?.recorded.schemaVersion };
  }

  it('is checked against the versions that it was checked against at first, not against the latest', async () => {
    const history = await exported({ schemaRegistry: oneVersion() });

    const { schemas, schemaVersion } = await importedInto({ schemaRegistry: twoVersions() }, history);

    expect(schemas).toMatchObject([{ version: '1', outcome: 'valid' }]);
    expect(schemaVersion).toBe('1');
  });

  it('keeps these versions in a store that has no schemas', async () => {
    const history = await exported({ schemaRegistry: oneVersion() });

    expect(await importedInto({}, history)).toEqual({ schemas: [], schemaVersion: '1' });
  });

  it('brings the texts of its rules along', async () => {
    const { receipt, ...history } = await exported({ schemaRegistry: oneVersion() });
    const { store } = arrange();

    await store.importHistory((append) => append({ ...history, receipt, findRules: () => canonicalJson(LENIENT) }));

    expect(await store.findRules(receipt.schemas[0]?.digest ?? '')).toBe(canonicalJson(LENIENT));
  });

  it('is decided on as an import, and denied as one', async () => {
    const history = await exported({});
    const actions: string[] = [];
    const engine = new InMemoryPolicy([NO_ODD]);
    const decide: PolicyPort['decide'] = (request) => {
      actions.push(request.action);
      return engine.decide(request);
    };
    const { store } = arrange({ policy: { decide } });

    const importing = store.importHistory((append) => append(history));

    await expect(importing).rejects.toMatchObject({ code: 'POLICY_DENIED', details: { action: 'import' } });
    expect(actions).toEqual(['import']);
    expect(await store.getVersion('a')).toBe(0);
  });

  it('that no schema let in gets the latest version of the store that it comes to', async () => {
    const { schemas, schemaVersion } = await importedInto({ schemaRegistry: twoVersions() }, await exported({}));

    expect(schemas).toMatchObject([{ version: '2', outcome: 'invalid-observed' }]);
    expect(schemaVersion).toBe('2');
  });
});
