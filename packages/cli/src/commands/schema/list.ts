import type { RegisteredSchema } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { DONE, type Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, openRegistry, type RegistryOptions } from './registryOptions.ts';

export function addSchemaList(schema: Command, run: Run): void {
  const command = schema.command('list').description('List the event types, their versions and their levels.');
  addRegistryOptions(command).action(run(listSchemas));
}

async function listSchemas(shell: Shell, options: RegistryOptions): Promise<ExitCode> {
  const registry = openRegistry(shell, options);
  const table = shell.table('TYPE', 'ACTIVE', 'NOT ACTIVE', 'LEVEL');
  for (const eventType of await registry.listTypes()) {
    const level = registry.levelOf(eventType);
    const versions = await registry.listVersions(eventType);
    const [active, inactive] = [versions.filter(isActive), versions.filter((one) => !isActive(one))].map(names);
    if (shell.json) await shell.out.line(JSON.stringify({ eventType, active, inactive, level }));
    else await table.row([eventType, active?.join(', ') ?? '', inactive?.join(', ') ?? '', level]);
  }
  await table.end();
  return DONE;
}

function isActive({ inactive }: RegisteredSchema): boolean {
  return inactive === undefined;
}

function names(versions: readonly RegisteredSchema[]): string[] {
  return versions.map(({ version }) => version);
}
