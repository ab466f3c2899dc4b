import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError, type JsonObject, type JsonValue, parseJson } from '@nexus/shared';
import { checkConfig } from './checkConfig.ts';
import type { NexusConfig } from './NexusConfig.ts';

export const CONFIG_FILE = 'nexus.config.json';

/** Says that there is no configuration, whatever lies in the working folder. */
const NONE = 'none';

/**
 * Reads the configuration: the named file, or else `nexus.config.json` of the working folder where there is one.
 *
 * @param named - by `--config` or `NEXUS_CONFIG`: a file, or `none`
 * @throws ConfigurationError - the named file is not there, or a setting in it is wrong
 */
export function loadConfig(cwd: string, named: string | undefined): NexusConfig {
  if (named === NONE) return {};
  const file = resolve(cwd, named ?? CONFIG_FILE);
  if (named === undefined && !existsSync(file)) return {};
  const config = read(file);
  checkConfig(config, file);
  return withPaths(config as NexusConfig, dirname(file));
}

function read(file: string): JsonObject {
  let config: JsonValue;
  try {
    config = parseJson(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError('config', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return config as JsonObject;
}

function withPaths(config: NexusConfig, folder: string): NexusConfig {
  const within = <Part extends { readonly folder?: string }>(part: Part): Part =>
    part.folder === undefined ? part : { ...part, folder: resolve(folder, part.folder) };
  const { store, schemas, policies, audit } = config;
  return {
    ...config,
    ...(store === undefined ? {} : { store: storeWithin(folder, store) }),
    ...(schemas === undefined ? {} : { schemas: within(schemas) }),
    ...(policies === undefined ? {} : { policies: within(policies) }),
    ...(audit === undefined ? {} : { audit: within(audit) }),
  };
}

const FILE_STORE = /^(sqlite:)(.+)$/;

function storeWithin(folder: string, store: string): string {
  return store.replace(FILE_STORE, (_, scheme: string, path: string) => `${scheme}${resolve(folder, path)}`);
}
