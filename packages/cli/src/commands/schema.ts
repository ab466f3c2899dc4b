import type { Command } from 'commander';
import type { Run } from './Run.ts';
import { addSchemaCheck } from './schema/check.ts';
import { addSchemaDiff } from './schema/diff.ts';
import { addSchemaInfer } from './schema/infer.ts';
import { addSchemaList } from './schema/list.ts';
import { addSchemaRegister } from './schema/register.ts';
import { addSchemaShow } from './schema/show.ts';
import { addSchemaTypes } from './schema/types.ts';
import { addSchemaValidate } from './schema/validate.ts';

const HELP = `
The schemas lie in a folder, as EVENT-TYPE/VERSION.json with the name percent-encoded: the configuration names it, or
--schemas. A new version must keep the compatibility level of its type (BACKWARD, unless the configuration says
otherwise); one that breaks it does not become active, and nothing is stored under it.

In a pull request:
  nexus schema check && nexus policy test`;

export function addSchema(program: Command, run: Run): void {
  const schema = program
    .command('schema')
    .summary('schemas of events: list, register, compare, infer')
    .description('Look after the schemas of events.')
    .addHelpText('after', HELP);
  for (const add of [
    addSchemaList,
    addSchemaShow,
    addSchemaRegister,
    addSchemaCheck,
    addSchemaDiff,
    addSchemaValidate,
    addSchemaInfer,
    addSchemaTypes,
  ]) {
    add(schema, run);
  }
}
