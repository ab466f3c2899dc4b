import { readFileSync, writeFileSync } from 'node:fs';
import type { RegisteredSchema } from '@nexus/shared';
import type { Command } from 'commander';
import { OutputError, UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { DONE, type Shell } from '../../Shell.ts';
import { MARK, typesOf } from '../../schema/typesOf.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, openRegistry, type RegistryOptions } from './registryOptions.ts';

interface TypesCommandOptions extends RegistryOptions {
  readonly out?: string;
}

const HELP = `
Writes a type for each version of each event type, and the interface Events, from event type to the latest version that
is active. By it a store refuses a wrong payload when the program is compiled:
  import type { Events } from './events.ts';
  const store: EventStorePort<Events> = …

A payload that the schema allows always has the type. What TypeScript cannot say, such as a length or a pattern, is left
to the schema. The same schemas give the same text. FILE is replaced only if this command has written it.

Example:
  nexus schema types --out src/events.ts`;

export function addSchemaTypes(schema: Command, run: Run): void {
  const command = schema
    .command('types')
    .summary('write TypeScript types of the payloads')
    .description('Write TypeScript types of payloads, from the schemas.')
    .option('--out <file>', 'the file to write (default: standard output)')
    .addHelpText('after', HELP);
  addRegistryOptions(command).action(run(writeTypes));
}

async function writeTypes(shell: Shell, { out, ...options }: TypesCommandOptions): Promise<ExitCode> {
  const registry = openRegistry(shell, options);
  const schemas: RegisteredSchema[] = [];
  for (const eventType of await registry.listTypes()) schemas.push(...(await registry.listVersions(eventType)));
  const text = typesOf(schemas);
  if (out === undefined) await shell.out.write(text);
  else writeOver(out, text);
  return DONE;
}

function writeOver(file: string, text: string): void {
  try {
    refuseForeign(file);
    writeFileSync(file, text);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new OutputError(`${file} cannot be written: ${(cause as Error).message}`, { target: file }, { cause });
  }
}

/** A mistyped name must not cost somebody's work. */
function refuseForeign(file: string): void {
  const existing = readExisting(file);
  if (existing === '' || existing.startsWith(MARK)) return;
  const message = `${file} was not written by nexus schema types, and stays; name another file, or remove it`;
  throw new UsageError(message, { argument: '--out' });
}

function readExisting(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
