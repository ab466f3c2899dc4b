import { CelPolicyEngine, FileSchemaRegistry } from '@nexus/adapters/embedded';
import type { GovernedEventStoreOptions, LoggerPort } from '@nexus/shared';
import type { NexusConfig } from './NexusConfig.ts';

/** The configured rules, in the form that a store takes. */
export interface OpenRules {
  readonly options: Pick<
    GovernedEventStoreOptions,
    'schemaRegistry' | 'unknownTypes' | 'policy' | 'mode' | 'governanceTimeoutMs'
  >;
  /** To be called when the store is closed. */
  close(): Promise<void>;
}

export interface OpenRulesOptions {
  /** `read`: schemas alone, by which stored payloads are lifted. `write`: policies too. */
  readonly use: 'read' | 'write';
  readonly logger: LoggerPort;
  /** Takes up changed policies while the process runs. */
  readonly watch: boolean;
}

/** @throws ConfigurationError - a folder is not there, or a policy cannot be used */
export async function openRules(config: NexusConfig, { use, logger, watch }: OpenRulesOptions): Promise<OpenRules> {
  const schemas = await openSchemas(config);
  const policy = use === 'write' ? openPolicies(config, { logger, watch }) : undefined;
  const { mode, limits: { governanceTimeoutMs } = {} } = config;
  return {
    options: {
      ...schemas,
      ...(policy === undefined ? {} : { policy }),
      ...(mode === undefined ? {} : { mode }),
      ...(governanceTimeoutMs === undefined ? {} : { governanceTimeoutMs }),
    },
    close: async () => policy?.close(),
  };
}

async function openSchemas({ schemas }: NexusConfig): Promise<OpenRules['options']> {
  if (schemas === undefined) return {};
  const { folder, compatibility, unknownTypes } = schemas;
  const schemaRegistry = new FileSchemaRegistry({ folder, ...(compatibility === undefined ? {} : { compatibility }) });
  // A folder that is not there must be found now, and not by the first append.
  await schemaRegistry.listTypes();
  return { schemaRegistry, ...(unknownTypes === undefined ? {} : { unknownTypes }) };
}

function openPolicies(
  { policies }: NexusConfig,
  options: { readonly logger: LoggerPort; readonly watch: boolean },
): CelPolicyEngine | undefined {
  return policies === undefined ? undefined : new CelPolicyEngine({ folder: policies.folder, ...options });
}
