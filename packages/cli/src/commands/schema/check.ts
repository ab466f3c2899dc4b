import {
  compileSchema,
  isNexusError,
  type JsonObject,
  type RegisteredSchema,
  type SchemaRegistry,
} from '@nexus/shared';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { readJson } from '../../import/readWhole.ts';
import type { Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, openRegistry, type RegistryOptions } from './registryOptions.ts';

/** Something that keeps a version from being used. */
interface SchemaFinding {
  readonly eventType: string;
  readonly version?: string;
  readonly message: string;
}

const HELP = `
Without arguments it checks the whole folder, as a pull request needs it: every version can be used, keeps its level,
has not changed since it was registered, and its rules do what their examples say. With a type and a file it checks
whether register would take the file, and writes nothing. Exit code 7 when something is wrong.

Examples:
  nexus schema check
  nexus schema check OrderPlaced order-placed.json --compatibility FULL`;

export function addSchemaCheck(schema: Command, run: Run): void {
  const command = schema
    .command('check')
    .summary('check the folder, or a schema before it is registered')
    .description('Check that schemas can be used and keep their compatibility levels.')
    .argument('[type]', 'the event type of FILE')
    .argument('[file]', 'a proposed JSON Schema; - for standard input')
    .addHelpText('after', HELP);
  addRegistryOptions(command).action(run(checkSchemas));
}

async function checkSchemas(
  shell: Shell,
  options: RegistryOptions,
  eventType?: string,
  file?: string,
): Promise<ExitCode> {
  const registry = openRegistry(shell, options);
  if (eventType === undefined) return report(shell, await checkAll(registry));
  if (file === undefined) throw new UsageError('schema check takes a type and a file, or neither');
  const schema = (await readJson(shell, file)) as JsonObject;
  return report(shell, { types: 1, versions: 1, findings: await checkProposed(registry, eventType, schema) });
}

interface Checked {
  readonly types: number;
  readonly versions: number;
  readonly findings: readonly SchemaFinding[];
}

async function checkAll(registry: SchemaRegistry): Promise<Checked> {
  const types = await registry.listTypes();
  const findings: SchemaFinding[] = [];
  let versions = 0;
  for (const eventType of types) {
    const found = await versionsOf(registry, eventType);
    if (typeof found === 'string') findings.push({ eventType, message: found });
    else {
      versions += found.length;
      findings.push(...found.flatMap(findingOf));
    }
  }
  return { types: types.length, versions, findings };
}

/** The versions; or why they cannot be used. */
async function versionsOf(registry: SchemaRegistry, eventType: string): Promise<readonly RegisteredSchema[] | string> {
  try {
    const versions = await registry.listVersions(eventType);
    for (const { schema } of versions) compileSchema(schema);
    return versions;
  } catch (error) {
    if (!isNexusError(error)) throw error;
    return error.message;
  }
}

function findingOf({ eventType, version, inactive }: RegisteredSchema): SchemaFinding[] {
  return inactive === undefined ? [] : [{ eventType, version, message: `is not active: ${inactive}` }];
}

async function checkProposed(
  registry: SchemaRegistry,
  eventType: string,
  schema: JsonObject,
): Promise<readonly SchemaFinding[]> {
  try {
    await registry.propose(eventType, schema);
    return [];
  } catch (error) {
    if (!isNexusError(error, 'SCHEMA_INCOMPATIBLE') && !isNexusError(error, 'INVALID_ARGUMENT')) throw error;
    return [{ eventType, message: error.message }];
  }
}

async function report(shell: Shell, { types, versions, findings }: Checked): Promise<ExitCode> {
  if (shell.json) await shell.out.line(JSON.stringify({ types, versions, findings }));
  else {
    for (const { eventType, version, message } of findings) {
      await shell.out.line(`${version === undefined ? eventType : `${eventType}, version ${version},`} ${message}`);
    }
    await shell.out.line(`${versions} versions of ${types} types: ${findings.length} findings`);
  }
  return findings.length === 0 ? EXIT_CODES.ok : EXIT_CODES.findings;
}
