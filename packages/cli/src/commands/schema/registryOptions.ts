import { FileSchemaRegistry } from '@nexus/adapters/embedded';
import {
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  type CompatibilityLevels,
  NotFoundError,
  nearestNames,
  type RegisteredSchema,
  type SchemaRegistry,
} from '@nexus/shared';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import type { Shell } from '../../Shell.ts';

/** Which folder of schemas a command works on, and which levels hold there. */
export interface RegistryOptions {
  readonly schemas?: string;
  readonly compatibility?: CompatibilityLevel;
}

export function addRegistryOptions(command: Command): Command {
  return command
    .option('--schemas <dir>', "the folder of schemas (default: the configuration's)")
    .option('--compatibility <level>', "the level of every type, in place of the configuration's", level);
}

/** @throws UsageError - nothing names a folder */
export function openRegistry(shell: Shell, options: RegistryOptions): FileSchemaRegistry {
  const folder = options.schemas ?? shell.config.schemas?.folder;
  if (folder === undefined) {
    const remedy = 'say --schemas DIR, or name it in nexus.config.json: { "schemas": { "folder": "./schemas" } }';
    throw new UsageError(`No folder of schemas is named; ${remedy}`, { argument: '--schemas' });
  }
  return new FileSchemaRegistry({ folder, ...levelsOf(shell, options) });
}

/** @param version - `undefined`: the latest that is active. @throws NotFoundError */
export async function findSchema(
  registry: SchemaRegistry,
  eventType: string,
  version?: string,
): Promise<RegisteredSchema> {
  const found = await registry.getSchema(eventType, version);
  if (found !== undefined) return found;
  const versions = await registry.listVersions(eventType);
  const what = version === undefined ? `schema of ${eventType}` : `version ${version} of ${eventType}`;
  throw new NotFoundError(`There is no ${what}; there are ${await existing(registry, versions)}`, { what });
}

async function existing(registry: SchemaRegistry, versions: readonly RegisteredSchema[]): Promise<string> {
  if (versions.length > 0) return `versions ${versions.map(({ version }) => version).join(', ')}`;
  const types = await registry.listTypes();
  return types.length === 0 ? 'no schemas' : `schemas of ${types.slice(0, NAMED_MAX).join(', ')}`;
}

const NAMED_MAX = 20;

function levelsOf({ config }: Shell, { compatibility }: RegistryOptions): { compatibility?: CompatibilityLevels } {
  if (compatibility !== undefined) return { compatibility: { default: compatibility } };
  const configured = config.schemas?.compatibility;
  return configured === undefined ? {} : { compatibility: configured };
}

function level(text: string): CompatibilityLevel {
  const found = COMPATIBILITY_LEVELS.find((one) => one === text.toUpperCase());
  if (found !== undefined) return found;
  const [nearest] = nearestNames(text, COMPATIBILITY_LEVELS);
  const message = `--compatibility must be one of ${COMPATIBILITY_LEVELS.join(', ')}, not ${text}; did you mean ${nearest}?`;
  throw new UsageError(message, { argument: '--compatibility' });
}
