import { ConfigurationError, type GovernedEventStore, isNexusError } from '@nexus/shared';
import type { Command } from 'commander';
import type { Shell, StoreSettings } from '../Shell.ts';

/** By which rules a command writes. */
export interface RulesOptions {
  readonly ungoverned?: boolean;
}

/** Adds the options to a command that writes events. */
export function addRulesOptions(command: Command): Command {
  return command.option(
    '--ungoverned',
    'write without the configured rules, even into a store that was written under rules before; this is audited',
  );
}

/**
 * Opens the store to write into it, by the configured rules unless the options say otherwise, and makes it where there
 * is none. A store that was once written under rules remembers that.
 */
export async function withRules<Result>(
  shell: Shell,
  { ungoverned = false }: RulesOptions,
  use: (store: GovernedEventStore) => Promise<Result>,
  settings: StoreSettings = {},
): Promise<Result> {
  const rules: StoreSettings = ungoverned ? { rules: 'none', ungoverned: true, logLevel: 'info' } : { rules: 'write' };
  try {
    return await shell.withStore(use, { create: true, ...settings, ...rules });
  } catch (error) {
    throw isForgottenGovernance(error) ? withRemedy(error) : error;
  }
}

function isForgottenGovernance(error: unknown): error is ConfigurationError {
  return isNexusError(error, 'CONFIGURATION') && (error as ConfigurationError).details.setting === 'ungoverned';
}

function withRemedy(cause: ConfigurationError): ConfigurationError {
  const message =
    'This store was written under rules before, and this command has none, or fewer; name their folders in ' +
    'nexus.config.json (see --config), or say --ungoverned to write without rules, which is audited';
  return new ConfigurationError('ungoverned', message, { cause });
}
