import { isNexusError, type JsonObject, NotFoundError } from '@nexus/shared';
import type { Command } from 'commander';
import { names } from '../../arguments.ts';
import { UsageError } from '../../errors.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import type { ImportRow } from '../../import/ImportRow.ts';
import type { Shell } from '../../Shell.ts';
import { SchemaInference } from '../../schema/SchemaInference.ts';
import { writeSchemas } from '../../schema/writeSchemas.ts';
import type { Run } from '../Run.ts';
import { addRowsOptions, givenRowsOptions, type RowsOptions, rowsOf } from '../rowsOptions.ts';

interface InferCommandOptions extends RowsOptions {
  readonly from?: string;
  readonly out?: string;
  readonly open?: boolean;
  readonly bounds?: boolean;
  readonly enums: boolean;
  readonly types?: readonly string[];
}

const HELP = `
Reads every event of the store, or with --from those of a file that import could read, with its options. The schemas
are as narrow as what was seen allows: a proposal, to be read and mended before it is in force. A schema that turns out
too narrow can be widened in a later version; one that is too wide cannot be narrowed without breaking its level.

A field is required if every payload has it. Strings become an enumeration if there are at most 12 different ones, of
which each came twice or more, in 20 or more: look out for personal data among them, or say --no-enums. An object with
65 or more keys, none of which is in every object, is a map.

With --out each schema becomes DIR/EVENT-TYPE/1.json; nothing is written if one of the types has files there already.
Exit code 8 when rows of the file were no events; the others were taken.

Examples:
  nexus schema infer --out schemas
  nexus schema infer --from log.csv.gz --aggregate case --type activity --time timestamp --out schemas`;

export function addSchemaInfer(schema: Command, run: Run): void {
  const command = schema
    .command('infer')
    .summary('propose schemas from the events that there are')
    .description('Infer a JSON Schema for each event type, from the payloads in the store or in a file.')
    .option('--from <file>', 'CSV or JSON lines, perhaps packed by gzip; - for standard input (default: the store)')
    .option('--out <dir>', 'the folder of schemas to write to (default: one JSON object on standard output)')
    .option('--types <types>', 'only these event types, separated by commas', names)
    .option('--open', 'allow properties that were never seen')
    .option('--bounds', 'state the least and the largest number, length and item count that were seen')
    .option('--no-enums', 'make no enumerations of strings');
  addRowsOptions(command).addHelpText('after', HELP).action(run(inferSchemas));
}

async function inferSchemas(shell: Shell, options: InferCommandOptions): Promise<ExitCode> {
  const { open = false, bounds = false, enums, types, from } = options;
  const inference = new SchemaInference({
    isOpen: open,
    hasBounds: bounds,
    ...(enums ? {} : { enumValuesMax: 0 }),
  });
  const add = (eventType: string, payload: JsonObject): void => {
    if (types === undefined || types.includes(eventType)) inference.add(eventType, payload);
  };
  const isWhole = from === undefined ? await addStored(shell, options, add) : await addRows(shell, from, options, add);
  const schemas = schemasOf(inference, types);
  await print(shell, schemas, options);
  return isWhole ? EXIT_CODES.ok : EXIT_CODES.rejects;
}

type Add = (eventType: string, payload: JsonObject) => void;

/** As they were stored, whatever rules are configured. */
async function addStored(shell: Shell, options: InferCommandOptions, add: Add): Promise<boolean> {
  const [stray] = givenRowsOptions(options);
  if (stray !== undefined) {
    throw new UsageError(`${stray} says how to read a file; name the file by --from`, { argument: stray });
  }
  return shell.withStore(
    async (store) => {
      const progress = shell.progress('reading', 'events');
      let events = 0;
      try {
        for await (const { eventType, payload } of store.exportEvents({ signal: shell.signal })) {
          add(eventType, payload);
          progress.update(++events);
        }
      } finally {
        progress.end();
      }
      return true;
    },
    { rules: 'none' },
  );
}

/** False when some of the rows are no events. */
async function addRows(shell: Shell, file: string, options: InferCommandOptions, add: Add): Promise<boolean> {
  const rows = rowsOf(shell, file, options);
  const progress = shell.progress('reading', 'rows');
  let [read, left, first] = [0, 0, ''];
  try {
    for await (const row of rows) {
      shell.signal.throwIfAborted();
      const fault = addRow(row, add);
      if (fault !== undefined && left++ === 0) first = `line ${row.line}: ${fault}`;
      progress.update(++read);
    }
  } finally {
    progress.end();
  }
  if (left > 0) await shell.remark(`nexus: ${left} of ${read} rows were left out; the first, ${first}`);
  return left === 0;
}

/** @returns why the row is no event; `undefined` if it is one */
function addRow(row: ImportRow, add: Add): string | undefined {
  let found: ReturnType<ImportRow['toEvent']>;
  try {
    found = row.toEvent();
  } catch (error) {
    if (!isNexusError(error)) throw error;
    return error.message;
  }
  add(found.event.eventType, found.event.payload);
  return undefined;
}

function schemasOf(inference: SchemaInference, types: readonly string[] | undefined): Map<string, JsonObject> {
  const found = inference.types();
  const missing = types?.find((eventType) => !found.includes(eventType));
  if (missing !== undefined) {
    throw new NotFoundError(`There is no event of type ${missing}; see --types`, { what: `event type ${missing}` });
  }
  return new Map(found.map((eventType) => [eventType, inference.schemaOf(eventType)]));
}

async function print(
  shell: Shell,
  schemas: ReadonlyMap<string, JsonObject>,
  { out }: InferCommandOptions,
): Promise<void> {
  if (out === undefined) {
    await shell.out.line(JSON.stringify(Object.fromEntries(schemas), null, shell.json ? undefined : 2));
    return;
  }
  const files = writeSchemas(out, schemas);
  if (shell.json) return shell.out.line(JSON.stringify({ files }));
  for (const file of files) await shell.out.line(file);
}
