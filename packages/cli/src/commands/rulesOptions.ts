import { ConfigurationError, type GovernedEventStore, isNexusError } from '@nexus/shared';
import type { Command } from 'commander';
import type { Shell, StoreSettings } from '../Shell.ts';
import { sampleRegistry } from '../sample/sampleRegistry.ts';

/** By which rules a command writes. */
export interface RulesOptions {
  readonly sample?: boolean;
  readonly ungoverned?: boolean;
}

/** Adds the options to a command that writes events. */
export function addRulesOptions(command: Command): Command {
  return command
    .option('--sample', "write under the sample's rules: the schema of OrderPlaced; other event types are allowed")
    .option('--ungoverned', 'write without rules into a store that was written under rules before; this is audited');
}

/**
 * Opens the store to write into it, by the rules that the options name, and makes it where there is none. A store that
 * was once written under rules remembers that.
 */
export async function withRules<Result>(
  shell: Shell,
  options: RulesOptions,
  use: (store: GovernedEventStore) => Promise<Result>,
  settings: StoreSettings = {},
): Promise<Result> {
  try {
    return await shell.withStore(use, { create: true, ...settings, ...rulesOf(options) });
  } catch (error) {
    throw isForgottenGovernance(error) ? withRemedy(error) : error;
  }
}

function rulesOf({ sample = false, ungoverned = false }: RulesOptions): StoreSettings {
  if (sample) return { schemaRegistry: sampleRegistry(), unknownTypes: 'allow' };
  return ungoverned ? { ungoverned: true, logLevel: 'info' } : {};
}

function isForgottenGovernance(error: unknown): error is ConfigurationError {
  return isNexusError(error, 'CONFIGURATION') && (error as ConfigurationError).details.setting === 'ungoverned';
}

function withRemedy(cause: ConfigurationError): ConfigurationError {
  const message =
    'This store was written under rules before, and this command has none; say --sample for the rules of npm start, ' +
    'or --ungoverned to write without rules, which is audited';
  return new ConfigurationError('ungoverned', message, { cause });
}
