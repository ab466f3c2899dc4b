import { InMemoryJournal } from '@nexus/adapters/embedded';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import type { ReadForm } from '../ports/EventStorePort.ts';
import type { Upcaster } from '../schema/evolution/Upcaster.ts';
import type { DomainEvent, RecordedEvent } from '../types/DomainEvent.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';

const VERSIONS_MAX = 5;
const EVENT_TYPES = ['Placed', 'Paid'] as const;

/** A step that a test can take by itself, as a function and as an expression that does the same. */
interface Step {
  readonly apply: (payload: JsonObject) => JsonObject;
  readonly expression: string;
}

const wrap: Step = { apply: (payload) => ({ was: payload }), expression: '{"was": $}' };

function set(key: string, value: number): Step {
  return {
    apply: (payload) => ({ ...payload, [key]: value }),
    expression: `$merge([$, {"${key}": ${value}}])`,
  };
}

function drop(key: string): Step {
  return {
    apply: (payload) => Object.fromEntries(Object.entries(payload).filter(([name]) => name !== key)),
    expression: `$merge([$sift(function($v, $k) { $k != "${key}" })])`,
  };
}

const anyKey = fc.constantFrom('a', 'b', 'c', 'constructor', 'length');
const anyStep = fc.oneof(
  fc.constant(wrap),
  fc.tuple(anyKey, fc.integer({ min: 0, max: 99 })).map(([key, value]) => set(key, value)),
);
const anyValue: fc.Arbitrary<JsonValue> = fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }), fc.boolean());
const anyPayload = fc.dictionary(anyKey, anyValue, { minKeys: 1, noNullPrototype: true });
const anyChain = fc.array(fc.record({ step: anyStep, isExpression: fc.boolean() }), { maxLength: VERSIONS_MAX - 1 });
const anyEvent = fc.record({
  eventType: fc.constantFrom(...EVENT_TYPES),
  aggregateId: fc.constantFrom('a', 'b'),
  version: fc.integer({ min: 1, max: VERSIONS_MAX }),
  payload: anyPayload,
});

type Chain = readonly { readonly step: Step; readonly isExpression: boolean }[];

function upcastersOf(eventType: string, chain: Chain): Upcaster[] {
  return chain.map(({ step, isExpression }, index) => ({
    eventType,
    from: String(index + 1),
    to: String(index + 2),
    up: isExpression ? step.expression : step.apply,
  }));
}

interface Draft extends Pick<DomainEvent, 'eventType' | 'aggregateId' | 'payload'> {
  /** Of the schema. */
  readonly version: number;
}

async function storeWith(upcasters: readonly Upcaster[], drafts: readonly Draft[]) {
  const clock = new ManualClock();
  const store = new GovernedEventStore(new InMemoryJournal(), { clock, upcasters, rateLimiter: null });
  const versions = new Map<string, number>();
  const events = drafts.map(({ version, ...draft }, index): DomainEvent => {
    const aggregateVersion = (versions.get(draft.aggregateId) ?? 0) + 1;
    versions.set(draft.aggregateId, aggregateVersion);
    const metadata = { schemaVersion: String(version) };
    return { ...draft, eventId: `e${index}`, aggregateVersion, timestamp: clock.timestamp(), metadata };
  });
  if (events.length > 0) await store.append(events);
  return { store, events };
}

async function allOf(store: GovernedEventStore, form: ReadForm): Promise<RecordedEvent[]> {
  return [...(await store.getEvents('a', 1, undefined, form)), ...(await store.getEvents('b', 1, undefined, form))];
}

describe('lifting, whatever the rules and the events', () => {
  it('equals the composition of the rules, from the version of each event on', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, fc.array(anyEvent, { maxLength: 12 }), async (chain, drafts) => {
        const { store, events } = await storeWith(upcastersOf('Placed', chain), drafts);

        const lifted = await allOf(store, {});

        const stated = new Map(events.map((event) => [event.eventId, event]));
        for (const { eventId, eventType, payload } of lifted) {
          const { payload: own, metadata } = stated.get(eventId) as DomainEvent;
          const steps = eventType === 'Placed' ? chain.slice(Number(metadata.schemaVersion) - 1) : [];
          expect(payload).toEqual(steps.reduce((made, { step }) => step.apply(made), own));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('changes nothing but payloads, and leaves the stored form as it was appended', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, fc.array(anyEvent, { maxLength: 12 }), async (chain, drafts) => {
        const { store, events } = await storeWith(upcastersOf('Placed', chain), drafts);
        const before = await store.verify();

        const lifted = await allOf(store, {});
        const stored = await allOf(store, { upcast: false });

        const withoutLift = ({ payload: _payload, recorded, ...rest }: RecordedEvent) => {
          const { upcastTo: _upcastTo, ...own } = recorded;
          return { ...rest, recorded: own };
        };
        expect(lifted.map(withoutLift)).toEqual(stored.map(withoutLift));
        const byPlace = (one: DomainEvent, other: DomainEvent) =>
          one.aggregateId.localeCompare(other.aggregateId) || one.aggregateVersion - other.aggregateVersion;
        expect(stored.map(({ recorded: _recorded, ...event }) => event)).toEqual(events.toSorted(byPlace));
        expect(await store.verify()).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('goes back to what was stored where each rule down undoes the rule up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: VERSIONS_MAX - 1 }), anyPayload, async (count, payload) => {
        const marks = Array.from({ length: count }, (_, index) => `mark${index}`);
        const upcasters = marks.map((mark, index): Upcaster => {
          const [from, to] = [String(index + 1), String(index + 2)];
          return { eventType: 'Placed', from, to, up: set(mark, 1).expression, down: drop(mark).expression };
        });
        const draft = { eventType: 'Placed', aggregateId: 'a', version: 1, payload };
        const { store } = await storeWith(upcasters, [draft]);
        const [lifted] = await store.getEvents('a');
        const { store: newer } = await storeWith(upcasters, [
          { ...draft, version: count + 1, payload: lifted?.payload ?? {} },
        ]);

        const [back] = await newer.getEvents('a', 1, 1, { readAs: { Placed: '1' } });

        expect(back?.payload).toEqual(payload);
        expect(back?.recorded.upcastTo).toBe('1');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a reader', () => {
  it('that changes what it was given changes nothing for the next one', async () => {
    const shared = { tags: ['new'] };
    const upcasters = [{ eventType: 'Placed', from: '1', to: '2', up: () => shared }];
    const draft = { eventType: 'Placed', aggregateId: 'a', version: 1, payload: { total: 1 } };
    const { store } = await storeWith(upcasters, [draft, draft]);

    for (const { payload } of await store.getEvents('a')) (payload.tags as string[]).push('changed');

    for (const { payload } of await store.getEvents('a')) expect(payload).toEqual({ tags: ['new'] });
  });

  it('is told that the registry is away, and still reads the stored form', async () => {
    const clock = new ManualClock();
    const journal = new InMemoryJournal();
    const away = () => Promise.reject(new TypeError('registry is away'));
    const store = new GovernedEventStore(journal, {
      clock,
      schemaRegistry: { getSchema: away, listVersions: away },
      enableSchemaValidation: false,
    });
    const timestamp = clock.timestamp();
    const order = { eventId: 'e', eventType: 'Placed', aggregateId: 'a', aggregateVersion: 1, timestamp };
    await store.append([{ ...order, payload: { total: 1 }, metadata: { schemaVersion: '1' } }]);

    await expect(store.getEvents('a')).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
    expect(await store.getEvents('a', 1, 1, { upcast: false })).toHaveLength(1);
  });
});
