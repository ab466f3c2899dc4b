import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { DONE, type Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, findSchema, openRegistry, type RegistryOptions } from './registryOptions.ts';

export function addSchemaShow(schema: Command, run: Run): void {
  const command = schema
    .command('show')
    .description('Print a schema, with what it refers to; with --json also its digest and its rules.')
    .argument('<type>', 'the event type')
    .argument('[version]', 'default: the latest that is active');
  addRegistryOptions(command).action(run(showSchema));
}

async function showSchema(
  shell: Shell,
  options: RegistryOptions,
  eventType: string,
  version?: string,
): Promise<ExitCode> {
  const found = await findSchema(openRegistry(shell, options), eventType, version);
  if (shell.json) await shell.out.line(JSON.stringify(found));
  else {
    await shell.remark(`${eventType}, version ${found.version}, ${found.digest}`);
    if (found.inactive !== undefined) await shell.remark(`not active: ${found.inactive}`);
    await shell.out.line(JSON.stringify(found.schema, null, 2));
  }
  return DONE;
}
