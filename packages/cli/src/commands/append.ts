import { type AppendReceipt, type DomainEvent, type JsonValue, parseJson } from '@nexus/shared';
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { parseLine } from '../import/parseLine.ts';
import { readLines } from '../import/readLines.ts';
import { readWhole } from '../import/readWhole.ts';
import { DONE, LOCAL, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';
import { addRulesOptions, type RulesOptions, withRules } from './rulesOptions.ts';

const HELP = `
The input is either one JSON array of events, or one event on each line. All events of the input are one append: they
are stored together, in this order, or none of them is. The same input again stores nothing, and says so.

An event says all of itself; nothing is filled in:
  {"eventId":"e1","eventType":"OrderPlaced","aggregateId":"order-1","aggregateVersion":1,
   "timestamp":"2026-01-31T12:00:00.000Z","payload":{"total":12.5},"metadata":{}}

Examples:
  nexus append --file events.json
  echo '[…]' | nexus append`;

export function addAppend(program: Command, run: Run): void {
  const command = program
    .command('append')
    .summary('append events as one append')
    .description('Append events: all of the input, or nothing.')
    .option('--file <file>', 'read the events from a file', '-')
    .addHelpText('after', HELP);
  addRulesOptions(command).action(run(append));
}

async function append(shell: Shell, options: RulesOptions & { file: string }): Promise<ExitCode> {
  const source = options.file === '-' ? 'standard input' : options.file;
  const events = await readEvents(await readWhole(shell, options.file), source);
  const receipt = await withRules(shell, options, (store) =>
    store.append(events, { principal: LOCAL, signal: shell.signal }),
  );
  if (shell.json) await shell.out.line(JSON.stringify(receipt));
  else for (const line of describe(receipt)) await shell.out.line(line);
  return DONE;
}

/** The store judges what is in the events. */
async function readEvents(text: string, source: string): Promise<DomainEvent[]> {
  if (text.trim() === '') throw new InputError(`${source} is empty; it must hold events as JSON`, { source });
  if (text.trimStart().startsWith('[')) return parseJson(text) as unknown as DomainEvent[];
  const events: JsonValue[] = [];
  for await (const line of readLines(piecesOf(text), source)) events.push(parseLine(line, source));
  return events as unknown as DomainEvent[];
}

async function* piecesOf(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}

function describe({ replayed, receipts }: AppendReceipt): string[] {
  const done = replayed === true ? 'Already stored' : 'Stored';
  return receipts.flatMap(({ receiptId, shares }) =>
    shares.map(({ aggregateId, fromVersion, toVersion }) => {
      const versions = fromVersion === toVersion ? `version ${fromVersion}` : `versions ${fromVersion} to ${toVersion}`;
      return `${done}: ${aggregateId}, ${versions} (receipt ${receiptId})`;
    }),
  );
}
