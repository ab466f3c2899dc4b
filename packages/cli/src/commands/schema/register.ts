import type { JsonObject, RegisterOptions, UpcastExample } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { readJson, readWhole } from '../../import/readWhole.ts';
import { DONE, type Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, openRegistry, type RegistryOptions } from './registryOptions.ts';

interface RegisterCommandOptions extends RegistryOptions {
  readonly up?: string;
  readonly down?: string;
  readonly examples?: string;
}

const HELP = `
The same schema again changes nothing. One that breaks the level of its type is refused, exit code 2, with the place,
the kind and the remedy of each breach.

A rule is a JSONata expression over the payload. Its examples are a JSON array of { "before": …, "after": … }: payloads
of the version before, and what the rule must make of them.

Examples:
  nexus schema register OrderPlaced order-placed.json
  nexus schema register OrderPlaced order-placed.json --up up.jsonata --examples examples.json`;

export function addSchemaRegister(schema: Command, run: Run): void {
  const command = schema
    .command('register')
    .summary('add a version')
    .description('Add a schema as the latest version of an event type.')
    .argument('<type>', 'the event type')
    .argument('<file>', 'the JSON Schema; - for standard input')
    .option('--up <file>', 'the rule that lifts payloads of the version before')
    .option('--down <file>', 'the rule that takes payloads back to the version before')
    .option('--examples <file>', 'tests of the rule')
    .addHelpText('after', HELP);
  addRegistryOptions(command).action(run(registerSchema));
}

async function registerSchema(
  shell: Shell,
  options: RegisterCommandOptions,
  eventType: string,
  file: string,
): Promise<ExitCode> {
  const registry = openRegistry(shell, options);
  const schema = (await readJson(shell, file)) as JsonObject;
  const registered = await registry.register(eventType, schema, await rulesOf(shell, options));
  const { version, digest } = registered;
  if (shell.json) await shell.out.line(JSON.stringify({ eventType, version, digest }));
  else await shell.out.line(`${eventType}, version ${version}, ${digest}`);
  return DONE;
}

async function rulesOf(shell: Shell, { up, down, examples }: RegisterCommandOptions): Promise<RegisterOptions> {
  return {
    ...(up === undefined ? {} : { up: (await readWhole(shell, up)).trim() }),
    ...(down === undefined ? {} : { down: (await readWhole(shell, down)).trim() }),
    ...(examples === undefined
      ? {}
      : { examples: (await readJson(shell, examples)) as unknown as readonly UpcastExample[] }),
  };
}
