import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryPolicy } from '../policy/InMemoryPolicy.ts';
import type { JournalCapabilities } from '../ports/EventJournal.ts';
import { SILENT_LOGGER } from '../ports/LoggerPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { InMemorySchemaRegistry } from '../schema/InMemorySchemaRegistry.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { nextEvents } from './nextEvents.ts';

const START = '2026-01-31T12:00:00.000Z';
const RANGE = { eventType: 'A', startTime: START, endTime: START };
const [EVENT] = nextEvents('a', 0, [{ eventType: 'A', payload: {}, timestamp: START }]);
const [AGAIN] = nextEvents('b', 0, [{ eventType: 'A', payload: {}, timestamp: START, eventId: EVENT?.eventId ?? '' }]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Says that it outlives the process. */
class DurableJournal extends InMemoryJournal {
  override readonly capabilities: JournalCapabilities = { ...new InMemoryJournal().capabilities, durable: true };
}

function openOn(journal: InMemoryJournal, options: GovernedEventStoreOptions = {}, clock = new ManualClock()) {
  return new GovernedEventStore(journal, { clock, retry: { delaysMs: [] }, ...options });
}

/** A registry that knows `A`, which must have a field that the event lacks. */
function strictRegistry(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register('A', { type: 'object', required: ['n'] });
  return registry;
}

describe('a store that is told nothing', () => {
  it('takes an event that no rule is about, at the time of the system, under random ids', async () => {
    const store = new GovernedEventStore(new InMemoryJournal());
    const before = Date.now();

    const { receipts } = await store.append([EVENT as never]);

    expect(receipts).toMatchObject([{ mode: 'enforce', schemas: [], policy: null }]);
    expect(receipts[0]?.receiptId).toMatch(UUID);
    expect(Date.parse(receipts[0]?.decidedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(store.capabilities).toMatchObject({ schemaValidation: false, policyEnforcement: false });
    expect(Object.isFrozen(store.capabilities)).toBe(true);
  });

  it('refuses types that its registry does not know, and takes an event id in two appends', async () => {
    const strict = openOn(new InMemoryJournal(), { schemaRegistry: new InMemorySchemaRegistry() });
    const store = openOn(new InMemoryJournal());

    await expect(strict.append([EVENT as never])).rejects.toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED' });
    await store.append([EVENT as never]);
    await expect(store.append([AGAIN as never])).resolves.toMatchObject({ replayed: false });
  });

  it('writes its audit records to its log', async () => {
    const lines: string[] = [];
    const logger = { ...SILENT_LOGGER, info: (_: object, message: string) => lines.push(message) };

    await openOn(new InMemoryJournal(), { logger }).queryEvents(RANGE);

    expect(lines).toEqual(['audit query.begin', 'audit query.end']);
  });

  it('waits 5 s for an engine', async () => {
    const clock = new ManualClock();
    const store = openOn(new InMemoryJournal(), { policy: { decide: () => new Promise(() => {}) } }, clock);

    const refused = expect(store.append([EVENT as never])).rejects.toMatchObject({
      details: { reason: 'no answer within 5000 ms' },
    });
    await clock.untilSomebodySleeps();
    clock.advance(5_000);

    await refused;
  });
});

describe('a store that is told', () => {
  it('to check and decide says so', () => {
    const { capabilities } = openOn(new InMemoryJournal(), {
      schemaRegistry: strictRegistry(),
      policy: new InMemoryPolicy([]),
    });

    expect(capabilities).toMatchObject({ schemaValidation: true, policyEnforcement: true });
  });

  it('not to check what its registry knows stores it unchecked, and reads it by the registry still', async () => {
    const store = openOn(new InMemoryJournal(), { schemaRegistry: strictRegistry(), enableSchemaValidation: false });

    const { receipts } = await store.append([EVENT as never]);

    expect(receipts[0]?.schemas).toEqual([]);
    expect(store.capabilities.schemaValidation).toBe(false);
    await expect(store.getEvents('a', 1, 1, { readAs: { A: '7' } })).rejects.toMatchObject({ code: 'UPCAST_FAILED' });
  });

  it('that ids are unique in it refuses one the second time', async () => {
    const store = openOn(new InMemoryJournal(), { uniqueEventIds: 'store' });
    await store.append([EVENT as never]);

    await expect(store.append([AGAIN as never])).rejects.toMatchObject({ code: 'DUPLICATE_EVENT_ID' });
  });

  it('by whom queries are counted asks that one alone', async () => {
    const asked: string[] = [];
    const rateLimiter: RateLimiterPort = {
      limit: 1,
      windowMs: 1_000,
      admit: async (key) => {
        asked.push(key);
        return { admitted: true };
      },
    };
    const store = openOn(new InMemoryJournal(), { rateLimiter, queriesPerMinute: 1 });

    for (let count = 0; count < 2; count++) await store.queryEvents({ ...RANGE, clientId: 'till' });

    expect(asked).toEqual(['till', 'till']);
  });
});

describe('the quota of temporal queries', () => {
  it.each([
    ['all who open a durable store', new DurableJournal(), ['till']],
    ['one opening of a store that is not', new InMemoryJournal(), []],
  ])('is 10 a minute for %s', async (_whose, journal, refused) => {
    const clock = new ManualClock();
    const [one, other] = [openOn(journal, {}, clock), openOn(journal, {}, clock)];
    const keys: string[] = [];
    const query = (store: GovernedEventStore) =>
      store.queryEvents({ ...RANGE, clientId: 'till' }).catch(({ code, details }) => {
        expect(code).toBe('RATE_LIMITED');
        keys.push(details.key);
      });

    for (let count = 0; count < 10; count++) await query(one);
    await query(other);

    expect(keys).toEqual(refused);
    await query(one);
    expect(keys).toEqual([...refused, 'till']);
  });

  it.each([new DurableJournal(), new InMemoryJournal()])('is as many as the store is told', async (journal) => {
    const store = openOn(journal, { queriesPerMinute: 1 });
    await store.queryEvents(RANGE);

    await expect(store.queryEvents(RANGE)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { limit: 1 } });
  });
});
