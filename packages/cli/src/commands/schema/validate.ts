import { type DomainEvent, EventJudge, isoTime, type JsonObject, type JsonValue } from '@nexus/shared';
import type { Command } from 'commander';
import { InputError, UsageError } from '../../errors.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { parseLine } from '../../import/parseLine.ts';
import { readLines } from '../../import/readLines.ts';
import { readText } from '../../import/readText.ts';
import { readJson } from '../../import/readWhole.ts';
import { LOCAL, type Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { addRegistryOptions, openRegistry, type RegistryOptions } from './registryOptions.ts';

interface ValidateOptions extends RegistryOptions {
  readonly type?: string;
  readonly schemaVersion?: string;
}

/** One value of the input. */
interface Item {
  /** From 1: the line, or the place in an array. */
  readonly line: number;
  readonly value: JsonValue;
}

const HELP = `
FILE holds JSON lines, or with the name .json one JSON value or an array of them. Each is an event, whose type and
metadata.schemaVersion name its schema; with --type each is a payload. Nothing is stored. Exit code 3 when one is not
valid.

Examples:
  nexus export | nexus schema validate -
  nexus schema validate payload.json --type OrderPlaced --schema-version 1`;

export function addSchemaValidate(schema: Command, run: Run): void {
  const command = schema
    .command('validate')
    .summary('check events or payloads against their schemas')
    .description('Check events, or payloads, against their schemas.')
    .argument('<file>', 'JSON lines or JSON; - for standard input')
    .option('--type <type>', 'the event type whose payloads FILE holds')
    .option('--schema-version <version>', 'the version that the payloads follow (default: the latest that is active)')
    .addHelpText('after', HELP);
  addRegistryOptions(command).action(run(validate));
}

async function validate(shell: Shell, options: ValidateOptions, file: string): Promise<ExitCode> {
  if (options.schemaVersion !== undefined && options.type === undefined) {
    throw new UsageError('--schema-version needs --type; an event names its own', { argument: '--schema-version' });
  }
  const registry = openRegistry(shell, options);
  await registry.listTypes();
  const judge = new EventJudge({ schemaRegistry: registry });
  const counts = { valid: 0, invalid: 0 };
  for await (const { line, value } of itemsOf(shell, file)) {
    const isValid = await judgeOne(shell, judge, eventOf(value, options, line, file), line);
    counts[isValid ? 'valid' : 'invalid']++;
  }
  if (shell.json) await shell.out.line(JSON.stringify(counts));
  else await shell.out.line(`${counts.valid} valid, ${counts.invalid} not`);
  return counts.invalid === 0 ? EXIT_CODES.ok : EXIT_CODES.refused;
}

async function judgeOne(shell: Shell, judge: EventJudge, event: DomainEvent, line: number): Promise<boolean> {
  const now = isoTime(shell.context.now());
  const { violations } = await judge.judge([event], { principal: LOCAL, now });
  for (const { pointer, keyword, message } of violations) {
    if (shell.json) await shell.out.line(JSON.stringify({ line, pointer, keyword, message }));
    else await shell.out.line(`${line}: ${message}`);
  }
  return violations.length === 0;
}

async function* itemsOf(shell: Shell, file: string): AsyncGenerator<Item, void, undefined> {
  if (file.toLowerCase().endsWith('.json')) {
    const content = await readJson(shell, file);
    const values = Array.isArray(content) ? content : [content];
    for (const [index, value] of values.entries()) yield { line: index + 1, value };
    return;
  }
  const source = file === '-' ? 'standard input' : file;
  const text = readText(file, shell.context.stdin, shell.signal);
  for await (const line of readLines(text, source)) yield { line: line.line, value: parseLine(line, source) };
}

function eventOf(
  value: JsonValue,
  { type, schemaVersion }: ValidateOptions,
  line: number,
  source: string,
): DomainEvent {
  if (type !== undefined) {
    const metadata = schemaVersion === undefined ? {} : { schemaVersion };
    return { ...UNSAID, eventType: type, payload: value as JsonObject, metadata };
  }
  const event = value as unknown as Partial<DomainEvent> | null;
  if (typeof event?.eventType === 'string' && 'payload' in event && hasMetadata(event))
    return { ...UNSAID, metadata: {}, ...event } as DomainEvent;
  const remedy =
    'it needs an eventType and a payload, and metadata, if any, that is an object; or name the type of payloads by --type';
  throw new InputError(`Line ${line} of ${source} is no event; ${remedy}`, { source, line });
}

function hasMetadata({ metadata = {} }: Partial<DomainEvent>): boolean {
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
}

/** What schemas never look at. */
const UNSAID = { eventId: 'e', aggregateId: 'a', aggregateVersion: 1, timestamp: '2000-01-01T00:00:00.000Z' } as const;
