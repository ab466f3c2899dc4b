import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import type { RegisteredSchema } from '../ports/SchemaRegistryPort.ts';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';
import { SchemaCatalog } from './SchemaCatalog.ts';

function arrange(registry = new InMemorySchemaRegistry()) {
  const clock = new ManualClock();
  const getSchema = vi.spyOn(registry, 'getSchema');
  return { clock, registry, getSchema, catalog: new SchemaCatalog(registry, { clock, timeoutMs: 5_000 }) };
}

describe('SchemaCatalog', () => {
  it('asks the registry once for a version, for ever', async () => {
    const { clock, registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });

    const first = await catalog.find('A', '1');
    clock.advance(86_400_000);
    const second = await catalog.find('A', '1');

    expect(second).toBe(first);
    expect(getSchema).toHaveBeenCalledTimes(1);
  });

  it('asks once for many concurrent questions', async () => {
    const { registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });

    await Promise.all(Array.from({ length: 50 }, () => catalog.find('A')));

    expect(getSchema).toHaveBeenCalledTimes(1);
  });

  it('trusts the latest version for 30 s, and "unknown" for 5 s', async () => {
    const { clock, registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });
    await catalog.find('A');
    await catalog.find('B');

    clock.advance(4_999);
    await Promise.all([catalog.find('A'), catalog.find('B')]);
    clock.advance(1);
    await Promise.all([catalog.find('A'), catalog.find('B')]);
    clock.advance(25_000);
    await catalog.find('A');

    expect(getSchema.mock.calls.map(([type]) => type)).toEqual(['A', 'B', 'B', 'A']);
  });

  it('asks again when the clock was set back, so that neither answer is trusted for as long as that', async () => {
    const { clock, registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });
    await catalog.find('A');
    await catalog.find('B');
    registry.register('B', { type: 'object' });

    clock.setBack(3_600_000);
    await catalog.find('A');
    const found = await catalog.find('B');

    expect(found).toBeDefined();
    expect(getSchema.mock.calls.map(([type]) => type)).toEqual(['A', 'B', 'A', 'B']);
  });

  it('asks again about an inactive version after 30 s, since it may have become active', async () => {
    const { clock, registry, getSchema, catalog } = arrange();
    const active = registry.register('A', { type: 'object' });
    getSchema.mockResolvedValueOnce({ ...active, inactive: 'breaks BACKWARD' });
    await catalog.find('A', '1');

    clock.advance(29_999);
    expect(await catalog.find('A', '1')).toHaveProperty('inactive');
    clock.advance(1);
    expect(await catalog.find('A', '1')).not.toHaveProperty('inactive');
  });

  it('forgets a type that the registry no longer knows', async () => {
    const { registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });
    await catalog.find('A');
    getSchema.mockResolvedValueOnce(undefined);

    expect(await catalog.refresh('A')).toBeUndefined();
    expect(catalog.atHand('A')).toBeUndefined();
  });

  it('keeps versions apart, and the latest is one of them', async () => {
    const { registry, catalog } = arrange();
    registry.register('A', { type: 'object' });
    registry.register('A', { type: 'object', properties: { note: {} } });

    const [latest, first, second] = [
      await catalog.find('A'),
      await catalog.find('A', '1'),
      await catalog.find('A', '2'),
    ];

    expect(first?.version).toBe('1');
    expect(second?.version).toBe('2');
    expect(latest).toBe(second);
  });

  it('gives the registry a signal', async () => {
    const { getSchema, catalog } = arrange();

    await catalog.find('A', '1');

    expect(getSchema).toHaveBeenCalledWith('A', '1', { signal: expect.any(AbortSignal) });
  });

  it('keeps 10,000 answers, and drops the oldest for one more', async () => {
    const { getSchema, catalog } = arrange();
    const schema = { type: 'object' };
    getSchema.mockImplementation(async (eventType) => ({ eventType, version: '1', digest: '1:0', schema }));

    for (let index = 0; index < 10_000; index++) await catalog.find(`A${index}`);
    expect(catalog.atHand('A0')).toBeDefined();
    await catalog.find('A10000');

    expect(catalog.atHand('A0')).toBeUndefined();
    expect(catalog.atHand('A1')).toBeDefined();
    expect(catalog.atHand('A10000')).toBeDefined();
  });

  it('takes null for a schema that nobody knows', async () => {
    const { getSchema, catalog } = arrange();
    getSchema.mockResolvedValueOnce(null as never);

    expect(await catalog.find('A')).toBeUndefined();
  });

  it.each([
    ['a text', 'schema'],
    ['another type', { eventType: 'B', version: '1', digest: '1:0', schema: {} }],
    ['no version', { eventType: 'A', digest: '1:0', schema: {} }],
    ['no schema', { eventType: 'A', version: '1', digest: '1:0' }],
    ['null for a schema', { eventType: 'A', version: '1', digest: '1:0', schema: null }],
    ['the text of a schema', { eventType: 'A', version: '1', digest: '1:0', schema: '{}' }],
  ])('says unavailable when the registry answers %s', async (_what, answer) => {
    const { getSchema, catalog } = arrange();
    getSchema.mockResolvedValueOnce(answer as never);

    await expect(catalog.find('A')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { part: 'schema-registry', reason: 'its answer is no schema of this type' },
    });
  });

  it('says unavailable when the registry answers another version than it was asked for', async () => {
    const { registry, getSchema, catalog } = arrange();
    const answer = registry.register('A', { type: 'object' }, { version: '2' });
    getSchema.mockResolvedValueOnce(answer);

    await expect(catalog.find('A', '1')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { reason: expect.stringContaining('another version than 1') },
    });
  });

  it('takes a version for inactive, however briefly the registry says why', async () => {
    const { registry, getSchema, catalog } = arrange();
    const active = registry.register('A', { type: 'object' });
    await catalog.find('A');
    getSchema.mockResolvedValueOnce({ ...active, inactive: '' });

    expect(await catalog.find('A', '1')).toMatchObject({ inactive: '' });
  });

  it('keeps a known schema, however many unknown ones are asked for', async () => {
    const { registry, getSchema, catalog } = arrange();
    registry.register('A', { type: 'object' });
    await catalog.find('A', '1');
    for (let index = 0; index < 10_001; index++) await catalog.find(`unknown-${index}`);
    getSchema.mockRejectedValue(new Error('down'));

    expect(await catalog.find('A', '1')).toMatchObject({ version: '1' });
  });

  it('says unavailable when the registry hangs, fails or holds rubbish', async () => {
    const { clock, getSchema, catalog } = arrange();
    const part = 'schema-registry';
    const cause = new Error('down');
    const unusable = 'the schema of A, version 1, is no usable schema';

    getSchema.mockReturnValueOnce(new Promise(() => {}));
    const hanging = expect(catalog.find('A')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      details: { part, reason: 'no answer within 5000 ms' },
    });
    await clock.untilSomebodySleeps();
    clock.advance(5_000);
    await hanging;
    getSchema.mockRejectedValueOnce(cause);
    await expect(catalog.find('A')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      message: 'The schema registry could not say which schema A has: down. Nothing was stored; try again',
      details: { part, reason: 'down' },
      cause,
    });
    getSchema.mockResolvedValueOnce({
      eventType: 'A',
      version: '1',
      digest: '1:0',
      schema: { type: 7 },
    } as unknown as RegisteredSchema);
    await expect(catalog.find('A')).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      message: `The schema registry answered wrongly: ${unusable}. Nothing was stored; mend the registered schema`,
      details: { part, reason: unusable },
      cause: { code: 'INVALID_ARGUMENT' },
    });
  });
});
