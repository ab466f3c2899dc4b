import { checkCompatibility, type Incompatibility } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { DONE, type Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, findSchema, openRegistry, type RegistryOptions } from './registryOptions.ts';

const HELP = `
BACKWARD holds when what was written under FROM can be read under TO; FORWARD the other way round; FULL is both.

Example:
  nexus schema diff OrderPlaced 1 2`;

export function addSchemaDiff(schema: Command, run: Run): void {
  const command = schema
    .command('diff')
    .summary('compare two versions')
    .description('Say in which directions two versions go together, and where they do not.')
    .argument('<type>', 'the event type')
    .argument('<from>', 'the earlier version')
    .argument('<to>', 'the later version')
    .addHelpText('after', HELP);
  addRegistryOptions(command).action(run(diffSchemas));
}

async function diffSchemas(
  shell: Shell,
  options: RegistryOptions,
  eventType: string,
  from: string,
  to: string,
): Promise<ExitCode> {
  const registry = openRegistry(shell, options);
  const earlier = await findSchema(registry, eventType, from);
  const { schema } = await findSchema(registry, eventType, to);
  const incompatibilities = checkCompatibility(schema, [earlier], 'FULL');
  const holds = (direction: Incompatibility['direction']): boolean =>
    incompatibilities.every((one) => one.direction !== direction);
  const verdict = { backward: holds('backward'), forward: holds('forward') };
  if (shell.json) await shell.out.line(JSON.stringify({ eventType, from, to, ...verdict, incompatibilities }));
  else await print(shell, verdict, incompatibilities);
  return DONE;
}

async function print(
  shell: Shell,
  { backward, forward }: { readonly backward: boolean; readonly forward: boolean },
  incompatibilities: readonly Incompatibility[],
): Promise<void> {
  await shell.out.line(`BACKWARD  ${backward ? 'holds' : 'broken'}`);
  await shell.out.line(`FORWARD   ${forward ? 'holds' : 'broken'}`);
  const table = shell.table('BREAKS', 'WHERE', 'KIND', 'WHAT', 'REMEDY');
  for (const { direction, pointer, kind, message, remedy } of incompatibilities) {
    await table.row([direction.toUpperCase(), pointer, kind, message, remedy]);
  }
  await table.end();
}
