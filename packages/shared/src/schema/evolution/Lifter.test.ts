import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../../../testing/ManualClock.ts';
import type { ReadForm } from '../../ports/EventStorePort.ts';
import { SILENT_LOGGER } from '../../ports/LoggerPort.ts';
import type { EvolutionRules, RegisteredSchema, SchemaRegistryPort } from '../../ports/SchemaRegistryPort.ts';
import { isPending } from '../../types/awaitable.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import type { JsonObject } from '../../types/json.ts';
import { Lifter } from './Lifter.ts';
import type { Upcaster } from './Upcaster.ts';

/** A registry whose versions of each type can be changed, and which can fail or hang. */
class Versions implements SchemaRegistryPort {
  readonly byType = new Map<string, RegisteredSchema[]>();
  answer: (eventType: string) => Promise<readonly RegisteredSchema[]> = async (eventType) =>
    this.byType.get(eventType) ?? [];

  add(eventType: string, rules: EvolutionRules & { schema?: JsonObject } = {}): void {
    const versions = this.byType.get(eventType) ?? [];
    const version = String(versions.length + 1);
    const added = { eventType, version, digest: `1:${version}`, schema: { type: 'object' }, ...rules };
    this.byType.set(eventType, [...versions, added]);
  }

  async getSchema(): Promise<undefined> {
    return undefined;
  }

  readonly listVersions = vi.fn((eventType: string) => this.answer(eventType));
}

function arrange(upcasters?: readonly Upcaster[]) {
  const registry = new Versions();
  const clock = new ManualClock();
  const warn = vi.fn();
  const logger = { ...SILENT_LOGGER, warn };
  const lifter = new Lifter({ registry, upcasters, clock, logger, timeoutMs: 5_000 });
  return { registry, clock, warn, lifter };
}

function eventOf(eventType: string, schemaVersion: string | undefined, payload: JsonObject = {}): RecordedEvent {
  return {
    eventId: 'e1',
    eventType,
    aggregateId: 'a',
    aggregateVersion: 7,
    timestamp: '2026-01-01T00:00:00.000Z',
    payload,
    metadata: { correlationId: 'c' },
    recorded: {
      recordedAt: '2026-01-01T00:00:00.000Z',
      digest: '1:0',
      ...(schemaVersion === undefined ? {} : { schemaVersion }),
    },
  };
}

async function payloadOf(lifter: Lifter, event: RecordedEvent, form: ReadForm = {}): Promise<JsonObject> {
  return (await lifter.lift(event, form)).payload;
}

const ADD_CURRENCY = { up: '$merge([$, {"currency": "EUR"}])', down: '$sift(function($v, $k) { $k != "currency" })' };

describe('Lifter', () => {
  it('lifts a payload through all rules, and says to which version', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', ADD_CURRENCY);
    registry.add('A', { up: (payload) => ({ total: payload.amount as number, currency: payload.currency as string }) });
    const stored = eventOf('A', '1', { amount: 3 });

    const lifted = await lifter.lift(stored, {});

    expect(lifted).toEqual({
      ...stored,
      payload: { total: 3, currency: 'EUR' },
      recorded: { ...stored.recorded, upcastTo: '3' },
    });
    expect(stored).toEqual(eventOf('A', '1', { amount: 3 }));
  });

  it('gives back the very events, at once and unasked, where it has neither versions nor upcasters', () => {
    const registry: SchemaRegistryPort = { getSchema: async () => undefined };
    const clock = new ManualClock();
    const lifter = new Lifter({ registry, clock, logger: SILENT_LOGGER, timeoutMs: 5_000 });
    const events = [eventOf('A', '1')];

    expect(lifter.liftAll(events, {})).toBe(events);
  });

  it('gives back the very array, at once, once it knows that no rule touches any of its events', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('B');
    registry.add('B', ADD_CURRENCY);
    const events = [eventOf('A', '1'), eventOf('B', '2'), eventOf('C', undefined)];
    await lifter.liftAll(events, {});

    expect(lifter.liftAll(events, {})).toBe(events);
    expect(isPending(lifter.liftAll([eventOf('B', '1')], {}))).toBe(true);
    expect(registry.listVersions).toHaveBeenCalledTimes(2);
  });

  it('gives the stored form where it is asked for, without asking anybody', () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', ADD_CURRENCY);
    const events = [eventOf('A', '1')];

    expect(lifter.liftAll(events, { upcast: false })).toBe(events);
    expect(registry.listVersions).not.toHaveBeenCalled();
  });

  it('takes the version that the client stated where no registry checked the event', async () => {
    const { lifter } = arrange([{ eventType: 'A', from: '1', to: '2', up: () => ({ lifted: true }) }]);
    const stated = eventOf('A', undefined);

    expect(await payloadOf(lifter, { ...stated, metadata: { schemaVersion: 1 } })).toEqual({ lifted: true });
    expect(await lifter.lift(stated, {})).toBe(stated);
  });

  it('serves the version that is asked for, up or down', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', ADD_CURRENCY);
    registry.add('A', { up: '{"total": amount, "currency": currency}' });
    const newest = eventOf('A', '2', { amount: 3, currency: 'USD' });

    expect(await payloadOf(lifter, newest, { readAs: { A: '1' } })).toEqual({ amount: 3 });
    expect(await payloadOf(lifter, newest, { readAs: { A: '2' } })).toEqual(newest.payload);
    expect(await payloadOf(lifter, newest, { readAs: { B: '1' } })).toEqual({ total: 3, currency: 'USD' });
    expect((await lifter.lift(newest, { readAs: { A: '1' } })).recorded.upcastTo).toBe('1');
  });

  it('serves a payload without a way back as it is where the older schema allows it', async () => {
    const { registry, lifter } = arrange();
    registry.add('A', { schema: { type: 'object', properties: { amount: { type: 'number' } } } });
    registry.add('A', { up: '$' });
    const form = { readAs: { A: '1' } };
    const valid = eventOf('A', '2', { amount: 3, currency: 'USD' });

    expect(await lifter.lift(valid, form)).toBe(valid);
    await expect(lifter.lift(eventOf('A', '2', { amount: 'three' }), form)).rejects.toMatchObject({
      code: 'UPCAST_FAILED',
      details: {
        from: '2',
        to: '1',
        reason: expect.stringMatching(/^there is no rule that leads back to 1, and .*\/payload\/amount must be number/),
      },
    });
  });

  it('refuses what it cannot serve in the version that is asked for', async () => {
    const { registry, lifter } = arrange([{ eventType: 'U', from: '1', to: '2', up: '$' }]);
    registry.add('A');
    const reasonOf = (event: RecordedEvent, version: string) =>
      lifter.lift(event, { readAs: { [event.eventType]: version } }) as Promise<RecordedEvent>;

    await expect(reasonOf(eventOf('A', '1'), '2')).rejects.toThrow('no version 2 of it is known');
    await expect(reasonOf(eventOf('A', undefined), '1')).rejects.toThrow('no version was stated for it');
    await expect(reasonOf(eventOf('U', '2'), '1')).rejects.toThrow('no schema to check its payload against');
  });

  it('says which rule fails, on which event, and what to do', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', { up: '$error("no currency")' });
    registry.add('A');

    await expect(lifter.lift(eventOf('A', '1'), {})).rejects.toMatchObject({
      code: 'UPCAST_FAILED',
      kind: 'configuration',
      message:
        'a at version 7: its A of schema version 1 cannot be served in version 3: its rule from 1 to 2: it fails: ' +
        'no currency (JSONata D3137, at position 7). Mend the rule, or read with upcast: false',
      details: {
        eventType: 'A',
        aggregateId: 'a',
        aggregateVersion: 7,
        from: '1',
        to: '3',
        reason: 'its rule from 1 to 2: it fails: no currency (JSONata D3137, at position 7)',
      },
    });
  });

  it('says that the schema of a version cannot be used, and keeps the error as the cause', async () => {
    const { registry, lifter } = arrange();
    registry.add('A', { schema: { type: 'strin' } });
    registry.add('A', { up: '$' });

    await expect(lifter.lift(eventOf('A', '2'), { readAs: { A: '1' } })).rejects.toMatchObject({
      details: { reason: 'there is no rule that leads back to 1, and the schema of 1 cannot be used' },
      cause: { code: 'INVALID_ARGUMENT' },
    });
  });

  it('lifts by upcasters alone, again and again', async () => {
    const upcasters = [{ eventType: 'A', from: '1', to: '2', up: () => ({ lifted: true }) }];
    const clock = new ManualClock();
    const lifter = new Lifter({ upcasters, clock, logger: SILENT_LOGGER, timeoutMs: 5_000 });

    for (let read = 0; read < 2; read++) {
      expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ lifted: true });
      clock.advance(86_400_000);
    }
  });

  it('says of an event without a version that it has none', async () => {
    const { lifter } = arrange();

    await expect(lifter.lift(eventOf('A', undefined), { readAs: { A: '1' } })).rejects.toMatchObject({
      details: { from: 'none', to: '1' },
    });
  });

  it('lets others run while it lifts many', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', { up: (payload) => payload });
    let turns = 0;
    const count = setInterval(() => turns++, 0);

    await lifter.liftAll(
      Array.from({ length: 20_000 }, () => eventOf('A', '1')),
      {},
    );

    clearInterval(count);
    expect(turns).toBeGreaterThan(0);
  });

  it('lifts a page of any length in its order, each event by itself', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');
    registry.add('A', { up: '$merge([$, {"tags": ["new"]}])' });
    const events = Array.from({ length: 300 }, (_, n) => eventOf('A', n % 3 === 0 ? '2' : '1', { n }));

    const lifted = await lifter.liftAll(events, {});

    expect(lifted.map(({ payload }) => payload.n)).toEqual(events.map(({ payload }) => payload.n));
    expect(lifted[0]).toBe(events[0]);
    expect(lifted[1]?.payload.tags).toEqual(['new']);
    expect(lifted[1]?.payload.tags).not.toBe(lifted[2]?.payload.tags);
  });
});

describe('the versions that a registry lists', () => {
  it('are trusted for 30 s', async () => {
    const { registry, clock, lifter } = arrange();
    registry.add('A');
    await lifter.lift(eventOf('A', '1'), {});
    registry.add('A', ADD_CURRENCY);

    clock.advance(29_999);
    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({});
    clock.advance(1);
    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ currency: 'EUR' });

    expect(registry.listVersions).toHaveBeenCalledTimes(2);
  });

  it('are asked for anew when the clock was set back, also where the registry had failed', async () => {
    const { registry, clock, lifter } = arrange();
    registry.add('A');
    await lifter.lift(eventOf('A', '1'), {});
    clock.advance(30_000);
    registry.answer = () => Promise.reject(new Error('away'));
    await lifter.lift(eventOf('A', '1'), {});
    registry.answer = async (eventType) => registry.byType.get(eventType) ?? [];
    registry.add('A', { up: '{"lifted": true}' });

    clock.setBack(3_600_000);

    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ lifted: true });
  });

  it('are asked for anew when an event has one that is unknown, at most every 5 s', async () => {
    const { registry, clock, lifter } = arrange();
    registry.add('A');
    registry.add('A', ADD_CURRENCY);
    await lifter.lift(eventOf('A', '1'), {});
    registry.add('A', { up: '{"newest": true}' });
    const ahead = eventOf('A', '3');

    expect(await lifter.lift(ahead, {})).toBe(ahead);
    clock.advance(5_000);
    expect(await lifter.lift(ahead, {})).toBe(ahead);
    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ newest: true });

    expect(registry.listVersions).toHaveBeenCalledTimes(2);
  });

  it('are trusted for 30 s also where rules lead between them', async () => {
    const { registry, clock, lifter } = arrange();
    registry.add('A');
    registry.add('A', { up: '{"version": 2}' });
    await lifter.lift(eventOf('A', '1'), {});
    registry.add('A', { up: '{"version": 3}' });

    clock.advance(29_999);
    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ version: 2 });
    clock.advance(1);
    expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ version: 3 });
  });

  it('are asked for anew when a reader asks for one that is unknown', async () => {
    const { registry, clock, lifter } = arrange();
    registry.add('A');
    await lifter.lift(eventOf('A', '1'), {});
    registry.add('A', { up: '{"version": 2}' });
    clock.advance(5_000);

    expect(await payloadOf(lifter, eventOf('A', '1'), { readAs: { A: '2' } })).toEqual({ version: 2 });
  });

  it('are kept of 10,000 types, and the oldest makes room for one more', async () => {
    const { registry, lifter } = arrange();
    for (let type = 0; type < 10_000; type++) await lifter.lift(eventOf(`A${type}`, '1'), {});
    await lifter.lift(eventOf('A0', '1'), {});
    expect(registry.listVersions).toHaveBeenCalledTimes(10_000);

    await lifter.lift(eventOf('A10000', '1'), {});
    await lifter.lift(eventOf('A1', '1'), {});
    expect(registry.listVersions).toHaveBeenCalledTimes(10_001);
    await lifter.lift(eventOf('A0', '1'), {});
    expect(registry.listVersions).toHaveBeenCalledTimes(10_002);
  });

  it('are asked for with a signal', async () => {
    const { registry, lifter } = arrange();

    await lifter.lift(eventOf('A', '1'), {});

    expect(registry.listVersions).toHaveBeenCalledWith('A', { signal: expect.any(AbortSignal) });
  });

  it('are asked for once by many concurrent reads', async () => {
    const { registry, lifter } = arrange();
    registry.add('A');

    await Promise.all(Array.from({ length: 50 }, () => lifter.lift(eventOf('A', '1'), {})));

    expect(registry.listVersions).toHaveBeenCalledTimes(1);
  });

  it('stay in use while the registry fails, and it is asked again after 5 s', async () => {
    const { registry, clock, warn, lifter } = arrange();
    registry.add('A');
    registry.add('A', ADD_CURRENCY);
    await lifter.lift(eventOf('A', '1'), {});
    registry.answer = () => Promise.reject(new TypeError('registry is away'));
    clock.advance(60_000);

    for (let read = 0; read < 3; read++) {
      expect(await payloadOf(lifter, eventOf('A', '1'))).toEqual({ currency: 'EUR' });
    }
    expect(registry.listVersions).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      { error: expect.objectContaining({ code: 'GOVERNANCE_UNAVAILABLE' }), eventType: 'A' },
      'payloads are lifted by the versions that were known before',
    );
    clock.advance(5_000);
    await lifter.lift(eventOf('A', '1'), {});
    expect(registry.listVersions).toHaveBeenCalledTimes(3);
  });

  const NO_LIST = 'its answer is no list of the versions of this type';
  it.each([
    ['rejects', 'registry is away', () => Promise.reject(new TypeError('registry is away'))],
    ['rejects with a text', 'gone', () => Promise.reject('gone')],
    ['answers no list', NO_LIST, async () => ({}) as never],
    ['answers null within a list', NO_LIST, async () => [null] as never],
    ['answers another type', NO_LIST, async () => [{ eventType: 'B', version: '1', digest: '1:0', schema: {} }]],
    ['answers no version', NO_LIST, async () => [{ eventType: 'A', digest: '1:0', schema: {} }] as never],
    ['answers no schema', NO_LIST, async () => [{ eventType: 'A', version: '1', digest: '1:0' }] as never],
    [
      'answers a version twice',
      NO_LIST,
      async () => Array.from({ length: 2 }, () => ({ eventType: 'A', version: '1', digest: '1:0', schema: {} })),
    ],
  ])('are unavailable for a type never seen where it %s; the stored form is not', async (_what, reason, answer) => {
    const { registry, lifter } = arrange();
    registry.answer = answer;
    const event = eventOf('A', '1');

    await expect(lifter.lift(event, {})).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { part: 'schema-registry', reason },
      message: `The schema registry could not say which versions A has: ${reason}. Try again; upcast: false reads the stored form`,
      cause: expect.anything(),
    });
    expect(await lifter.lift(event, { upcast: false })).toBe(event);
  });

  it('are unavailable when it does not answer in time', async () => {
    const { registry, clock, lifter } = arrange();
    registry.answer = () => new Promise(() => {});

    const lifting = lifter.lift(eventOf('A', '1'), {}) as Promise<RecordedEvent>;
    const refused = expect(lifting).rejects.toMatchObject({ details: { reason: 'no answer within 5000 ms' } });
    await clock.untilSomebodySleeps();
    clock.advance(5_000);

    await refused;
  });

  it.each([null, undefined])('take %s for a type that nobody knows', async (answer) => {
    const { registry, lifter } = arrange();
    registry.answer = async () => answer as never;
    const event = eventOf('A', '1');

    expect(await lifter.lift(event, {})).toBe(event);
  });
});
