import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject } from '../types/json.ts';
import { VIOLATIONS_MAX } from '../types/Violation.ts';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';
import { SchemaCatalog } from './SchemaCatalog.ts';
import { validateEvents } from './validateEvents.ts';

const NUMBER: JsonObject = { type: 'object', properties: { total: { type: 'number' } } };
const TEXT: JsonObject = { type: 'object', properties: { total: { type: 'string' } } };

function arrange() {
  const registry = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
  registry.register('A', NUMBER);
  const getSchema = vi.spyOn(registry, 'getSchema');
  return { registry, getSchema, catalog: new SchemaCatalog(registry, { clock: new ManualClock(), timeoutMs: 5_000 }) };
}

function eventsOf(payload: JsonObject, count = 1, metadata: DomainEvent['metadata'] = {}): DomainEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    eventId: `e${index}`,
    eventType: 'A',
    aggregateId: 'a',
    aggregateVersion: index + 1,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload,
    metadata,
  }));
}

describe('validateEvents', () => {
  it('asks the registry anew once for an append, however many of its events are invalid', async () => {
    const { catalog, getSchema } = arrange();

    const { violations } = await validateEvents(eventsOf({ total: 'x' }, 50), catalog, 'refuse');

    expect(violations).toHaveLength(50);
    expect(getSchema).toHaveBeenCalledTimes(2);
  });

  it('takes a version that was registered meanwhile', async () => {
    const { catalog, registry } = arrange();
    await catalog.find('A');
    registry.register('A', TEXT);

    const verdict = await validateEvents(eventsOf({ total: 'x' }, 2), catalog, 'refuse');

    expect(verdict).toMatchObject({ violations: [], versions: ['2', '2'] });
  });

  it('refuses one that is not active, also where it is found meanwhile', async () => {
    const { catalog, registry, getSchema } = arrange();
    await catalog.find('A');
    getSchema.mockResolvedValueOnce({ ...registry.register('A', TEXT), inactive: 'it breaks BACKWARD' });

    const { violations } = await validateEvents(eventsOf({ total: 'x' }), catalog, 'refuse');

    expect(violations).toMatchObject([{ keyword: 'inactiveVersion', found: '2' }]);
  });

  it('names no text as what decided on an inactive version, since none did', async () => {
    const { catalog, registry, getSchema } = arrange();
    getSchema.mockResolvedValueOnce({ ...registry.register('A', TEXT), inactive: 'it breaks BACKWARD' });

    const { evidence } = await validateEvents(eventsOf({ total: 'x' }, 1, { schemaVersion: 2 }), catalog, 'refuse');

    expect(evidence).toEqual([{ eventType: 'A', version: '2', outcome: 'invalid-observed' }]);
  });

  it('answers at once, without asking, where all schemas are at hand and all payloads valid', async () => {
    const { catalog, getSchema } = arrange();
    await catalog.find('A');
    await catalog.find('A', '1');
    getSchema.mockClear();
    const [latest, named] = [...eventsOf({ total: 1 }), ...eventsOf({ total: 2 }, 1, { schemaVersion: 1 })];

    const verdict = validateEvents([latest, named] as DomainEvent[], catalog, 'refuse');

    expect(verdict).toMatchObject({
      violations: [],
      versions: ['1', '1'],
      entries: [{ version: '1' }, { version: '1' }],
    });
    expect(verdict).toHaveProperty('evidence.length', 1);
    expect(getSchema).not.toHaveBeenCalled();
  });

  it('refuses an inactive version that is at hand, though the payload is valid', async () => {
    const { catalog, registry, getSchema } = arrange();
    getSchema.mockResolvedValueOnce({ ...registry.register('A', TEXT), inactive: 'it breaks BACKWARD' });
    await catalog.find('A', '2');

    const verdict = await validateEvents(eventsOf({ total: 'x' }, 1, { schemaVersion: 2 }), catalog, 'refuse');

    expect(verdict).toMatchObject({
      violations: [{ eventIndex: 0, eventId: 'e0', pointer: '/metadata/schemaVersion', keyword: 'inactiveVersion' }],
      entries: [{ version: '2', inactive: 'it breaks BACKWARD' }],
    });
    expect(verdict.violations[0]?.message).toContain('it breaks BACKWARD');
  });

  it('does not ask anew for a named version, whose text cannot change', async () => {
    const { catalog, getSchema } = arrange();

    const { violations } = await validateEvents(eventsOf({ total: 'x' }, 2, { schemaVersion: 1 }), catalog, 'refuse');

    expect(violations).toHaveLength(2);
    expect(getSchema).toHaveBeenCalledTimes(1);
  });

  it('does not ask anew when a valid event needs no later version', async () => {
    const { catalog, getSchema } = arrange();

    await validateEvents(eventsOf({ total: 1 }), catalog, 'refuse');

    expect(getSchema).toHaveBeenCalledTimes(1);
  });

  it('keeps its verdict when the type is gone from the registry meanwhile', async () => {
    const { catalog, getSchema } = arrange();
    await catalog.find('A');
    getSchema.mockResolvedValueOnce(undefined);

    const { violations } = await validateEvents(eventsOf({ total: 'x' }), catalog, 'refuse');

    expect(violations).toMatchObject([{ eventIndex: 0, eventId: 'e0', pointer: '/payload/total', keyword: 'type' }]);
  });

  it('reports at most a hundred violations of an append', async () => {
    const { catalog } = arrange();

    const { violations, versions } = await validateEvents(eventsOf({ total: 'x' }, 101), catalog, 'refuse');

    expect(violations).toHaveLength(VIOLATIONS_MAX);
    expect(versions).toHaveLength(101);
  });

  it('names each type and version once as evidence, as invalid where one of its events is', async () => {
    const { catalog, registry } = arrange();
    registry.register('A', TEXT);
    const [valid] = eventsOf({ total: 1 }, 1, { schemaVersion: 1 });
    const [invalid] = eventsOf({ total: 'x' }, 1, { schemaVersion: 1 });
    const [latest] = eventsOf({ total: 'x' });

    const { evidence } = await validateEvents([valid, invalid, valid, latest] as DomainEvent[], catalog, 'refuse');

    expect(evidence).toMatchObject([
      { eventType: 'A', version: '1', outcome: 'invalid-observed' },
      { eventType: 'A', version: '2', outcome: 'valid' },
    ]);
  });

  describe('of what the registry does not know', () => {
    const UNKNOWN_TYPE = eventsOf({}).map((event) => ({ ...event, eventType: 'B' }));
    const UNKNOWN_VERSION = eventsOf({}, 1, { schemaVersion: 9 });

    it('refuses a type, and names it', async () => {
      const { violations, evidence } = await validateEvents(UNKNOWN_TYPE, arrange().catalog, 'refuse');

      expect(violations).toMatchObject([
        { eventIndex: 0, eventId: 'e0', pointer: '/eventType', keyword: 'unknownType', found: 'B' },
      ]);
      expect(evidence).toEqual([{ eventType: 'B', outcome: 'invalid-observed' }]);
    });

    it('lets a type pass where unknown types are allowed, and says so', async () => {
      const verdict = await validateEvents(UNKNOWN_TYPE, arrange().catalog, 'allow');

      expect(verdict).toEqual({
        violations: [],
        evidence: [{ eventType: 'B', outcome: 'unknown-allowed' }],
        versions: [undefined],
        entries: [undefined],
      });
    });

    it.each(['refuse', 'allow'] as const)(
      'refuses a version of a known type (unknown types: %s)',
      async (unknownTypes) => {
        const { violations } = await validateEvents(UNKNOWN_VERSION, arrange().catalog, unknownTypes);

        expect(violations).toMatchObject([
          { eventIndex: 0, eventId: 'e0', pointer: '/metadata/schemaVersion', keyword: 'unknownVersion', found: '9' },
        ]);
        expect(violations[0]?.message).toContain('version 9 of A');
      },
    );

    it('lets a version of an unknown type pass where unknown types are allowed', async () => {
      const events = UNKNOWN_VERSION.map((event) => ({ ...event, eventType: 'B' }));

      const { evidence } = await validateEvents(events, arrange().catalog, 'allow');

      expect(evidence).toEqual([{ eventType: 'B', outcome: 'unknown-allowed' }]);
    });
  });
});
