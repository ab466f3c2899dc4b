import type { Command } from 'commander';
import type { StoreSettings } from '../Shell.ts';
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

/** The store is governed from then on: it remembers that it was written under rules. */
export function rulesOf({ sample = false, ungoverned = false }: RulesOptions): StoreSettings {
  if (sample) return { schemaRegistry: sampleRegistry(), unknownTypes: 'allow' };
  return ungoverned ? { ungoverned: true, logLevel: 'info' } : {};
}
