import type { SchemaRegistry } from '../ports/SchemaRegistryPort.ts';
import { checkOptionNames } from '../types/checkOptionNames.ts';
import { ConfigurationError } from '../types/errors.ts';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';

/** Which provider, and what it needs: each says which options it takes. */
export interface SchemaRegistryConfig {
  /** `memory` is always there; importing `@nexus/adapters/embedded` adds `file`. */
  readonly provider: string;
  readonly [option: string]: unknown;
}

/** Makes a registry of the options beside `provider`. @throws ConfigurationError */
export type SchemaRegistryProvider = (options: Readonly<Record<string, unknown>>) => SchemaRegistry;

const TABLE = Symbol.for('nexus.schemaRegistryProviders');

/** The import that registers a provider, for the error of one that is not there. */
const IMPORTS: Readonly<Record<string, string>> = { file: '@nexus/adapters/embedded' };

/**
 * Makes schema registries by the name of their provider. A provider registers itself when its module is imported, as a
 * driver does for Go's `database/sql`, so that this package knows no vendor.
 */
export const SchemaRegistryFactory = {
  /** @throws ConfigurationError - no such provider is registered, or an option is wrong */
  create({ provider, ...options }: SchemaRegistryConfig): SchemaRegistry {
    const create = table().get(provider);
    if (create === undefined) throw unknownProvider(provider);
    return create(options);
  },

  /** Adds a provider; the same name again replaces it, so that two copies of a module do no harm. */
  register(provider: string, create: SchemaRegistryProvider): void {
    table().set(provider, create);
  },

  /** The names of the providers that are registered. */
  providers(): readonly string[] {
    return [...table().keys()].sort();
  },
} as const;

/** On a global symbol, so that two copies of this package share it. */
function table(): Map<string, SchemaRegistryProvider> {
  const holder = globalThis as { [TABLE]?: Map<string, SchemaRegistryProvider> };
  holder[TABLE] ??= new Map([['memory', createInMemory]]);
  return holder[TABLE];
}

function createInMemory(options: Readonly<Record<string, unknown>>): SchemaRegistry {
  checkOptionNames(options, ['compatibility']);
  return new InMemorySchemaRegistry(options);
}

function unknownProvider(provider: string): ConfigurationError {
  const known = `registered are ${SchemaRegistryFactory.providers().join(', ')}`;
  const path = Object.hasOwn(IMPORTS, provider) ? IMPORTS[provider] : undefined;
  const remedy = path === undefined ? 'import the module that has it' : `add: import '${path}'`;
  return new ConfigurationError('provider', `There is no schema registry provider ${provider} (${known}); ${remedy}`);
}
