import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject } from '../types/json.ts';
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
});
