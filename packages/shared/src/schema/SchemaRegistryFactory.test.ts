import { describe, expect, it } from 'vitest';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';
import { SchemaRegistryFactory } from './SchemaRegistryFactory.ts';

describe('SchemaRegistryFactory', () => {
  it('makes a registry in memory without any import', async () => {
    const registry = SchemaRegistryFactory.create({ provider: 'memory' });

    await registry.register('A', { type: 'object' });

    expect(await registry.getSchema('A')).toMatchObject({ version: '1' });
  });

  it('hands the options beside the provider to whoever registered it', () => {
    let given: unknown;
    SchemaRegistryFactory.register('test', (options) => {
      given = options;
      return new InMemorySchemaRegistry();
    });

    SchemaRegistryFactory.create({ provider: 'test', registryName: 'nexus-event-schema-registry' });

    expect(given).toEqual({ registryName: 'nexus-event-schema-registry' });
    expect(SchemaRegistryFactory.providers()).toContain('test');
  });

  it('keeps the providers on a global symbol, which copies of the package share', () => {
    SchemaRegistryFactory.create({ provider: 'memory' });

    const table = (globalThis as Record<symbol, unknown>)[Symbol.for('nexus.schemaRegistryProviders')];

    expect(table).toBeInstanceOf(Map);
  });

  it('names the import that adds a provider which is not there', () => {
    expect(() => SchemaRegistryFactory.create({ provider: 'file', folder: 'schemas' })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining("import '@nexus/adapters/embedded'"),
      }),
    );
  });

  it('says of a provider that it does not know which there are, and what to do', () => {
    SchemaRegistryFactory.register('another', () => new InMemorySchemaRegistry());

    const known = SchemaRegistryFactory.providers().join(', ');
    expect(known).toContain('another, memory');
    expect(() => SchemaRegistryFactory.create({ provider: 'nobody' })).toThrow(
      expect.objectContaining({
        details: { setting: 'provider' },
        message: `There is no schema registry provider nobody (registered are ${known}); import the module that has it`,
      }),
    );
  });

  it.each(['nobody', '__proto__', 'constructor'])('refuses the provider %s, and says which there are', (provider) => {
    expect(() => SchemaRegistryFactory.create({ provider })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining('memory') }),
    );
  });

  it('refuses an option that nobody reads, and names the nearest', () => {
    expect(() => SchemaRegistryFactory.create({ provider: 'memory', compatability: {} })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining('compatibility') }),
    );
  });
});
