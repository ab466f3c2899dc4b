import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../types/errors.ts';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';

it('lists types in the order of their bytes, and the versions of each from the oldest on', async () => {
  const registry = new InMemorySchemaRegistry();
  const first = registry.register('\uffff', { type: 'object' });
  registry.register('😀', { type: 'object' });
  registry.register('A', { type: 'object' });
  const second = registry.register('\uffff', { type: 'object', properties: { note: {} } });

  expect(await registry.listTypes()).toEqual(['A', '\uffff', '😀']);
  expect(await registry.listVersions('\uffff')).toEqual([first, second]);
});

it('knows no versions of a type that it does not know', async () => {
  const registry = new InMemorySchemaRegistry();

  expect(await registry.listVersions('A')).toEqual([]);
  expect(await registry.getSchema('A')).toBeUndefined();
});

it.each(['nexus:B/1', 'nexus:A/2'])(
  'refuses the reference %s where it has no such schema, and keeps nothing',
  async ($ref) => {
    const registry = new InMemorySchemaRegistry();
    registry.register('A', { type: 'object' });

    expect(() => registry.register('C', { properties: { a: { $ref } } })).toThrow(InvalidArgumentError);

    expect(await registry.listTypes()).toEqual(['A']);
  },
);
