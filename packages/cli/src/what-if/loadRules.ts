import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FileSchemaRegistry } from '@nexus/adapters/embedded';
import {
  type CompatibilityLevels,
  ConfigurationError,
  compileSchema,
  type RegisteredSchema,
  type SchemaRegistry,
} from '@nexus/shared';
import { openPolicies } from './openPolicies.ts';
import type { PlainSchema, SchemaType } from './protocol.ts';

/** A version of the proposed schemas that nothing could be appended under. */
interface InactiveSchema {
  readonly eventType: string;
  readonly version: string;
  readonly reason: string;
}

/** The proposed schemas, read once. */
export interface LoadedSchemas {
  readonly types: readonly SchemaType[];
  readonly inactive: readonly InactiveSchema[];
}

/**
 * Reads every schema of a folder.
 *
 * @throws ConfigurationError - the folder is none, holds none, or holds one that cannot be used
 */
export async function loadSchemas(folder: string, compatibility?: CompatibilityLevels): Promise<LoadedSchemas> {
  refuseNoFolder('schemas', folder);
  const registry = new FileSchemaRegistry({
    folder: resolve(folder),
    ...(compatibility === undefined ? {} : { compatibility }),
  });
  const types: SchemaType[] = [];
  for (const eventType of await registry.listTypes()) types.push(await typeOf(registry, eventType));
  if (types.length === 0) {
    throw new ConfigurationError('schemas', `${folder} holds no schemas; it should hold <event type>/<version>.json`);
  }
  return { types, inactive: types.flatMap(({ versions }) => versions.flatMap(inactiveOf)) };
}

/** The proposed policies, read once. */
export interface LoadedPolicies {
  readonly source: string;
  readonly revision: string;
  readonly names: readonly string[];
}

/**
 * Reads every policy of a folder.
 *
 * @throws ConfigurationError - the folder is none, or holds a policy that cannot be used
 */
export async function loadPolicies(folder: string): Promise<LoadedPolicies> {
  refuseNoFolder('policies', folder);
  const engine = await openPolicies({ folder: resolve(folder) });
  const { revision, policies } = engine;
  if (policies.length === 0) throw new ConfigurationError('policies', `${folder} holds no policies`);
  return { revision, source: engine.source(revision) ?? '', names: policies.map(({ name }) => name) };
}

function refuseNoFolder(setting: string, folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new ConfigurationError(
    setting,
    `--${setting} ${folder} is no folder; name the folder of the proposed ${setting}`,
  );
}

async function typeOf(registry: SchemaRegistry, eventType: string): Promise<SchemaType> {
  const latest = (await registry.getSchema(eventType))?.version;
  const versions = (await registry.listVersions(eventType)).map(plain);
  for (const version of versions) refuseUnusable(version);
  return { eventType, versions, ...(latest === undefined ? {} : { latest }) };
}

/** A schema that no payload can be judged by is found before anything is read, and not by the first that meets it. */
function refuseUnusable({ eventType, version, schema, inactive }: PlainSchema): void {
  if (inactive !== undefined) return;
  try {
    compileSchema(schema);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Version ${version} of ${eventType} is no usable schema: ${reason}; mend it`;
    throw new ConfigurationError('schemas', message, { cause });
  }
}

function plain({ eventType, version, digest, schema, inactive }: RegisteredSchema): PlainSchema {
  return { eventType, version, digest, schema, ...(inactive === undefined ? {} : { inactive }) };
}

function inactiveOf({ eventType, version, inactive }: PlainSchema): InactiveSchema[] {
  return inactive === undefined ? [] : [{ eventType, version, reason: inactive }];
}
