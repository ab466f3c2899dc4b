import type { Command } from 'commander';
import { integer } from '../arguments.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, type Shell } from '../Shell.ts';
import { EventPrinter } from './EventPrinter.ts';
import type { Run } from './Run.ts';

interface ReadOptions {
  readonly from?: number;
  readonly to?: number;
  readonly backward?: boolean;
  readonly limit?: number;
  readonly stored?: boolean;
}

const HELP = `
An aggregate that is unknown has no events, which is no error. With --json each event is a line.

Example:
  nexus read order-1 --backward --limit 10`;

export function addRead(program: Command, run: Run): void {
  program
    .command('read')
    .summary('print the events of an aggregate')
    .description('Print the events of an aggregate, by version.')
    .argument('<aggregate>', 'its id')
    .option('--from <version>', 'first version (default: 1)', integer('--from', 1))
    .option('--to <version>', 'last version (default: the newest)', integer('--to', 1))
    .option('--backward', 'newest first')
    .option('--limit <events>', 'most events (default: all)', integer('--limit', 1))
    .option('--stored', 'payloads as they were stored, not lifted to the latest version of their schema')
    .addHelpText('after', HELP)
    .action(run(read));
}

function read(shell: Shell, options: ReadOptions, aggregateId: string): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const printer = new EventPrinter(shell);
    const events = store.readAggregate(aggregateId, {
      ...(options.from === undefined ? {} : { fromVersion: options.from }),
      ...(options.to === undefined ? {} : { toVersion: options.to }),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      direction: options.backward === true ? 'backward' : 'forward',
      upcast: options.stored !== true,
      signal: shell.signal,
    });
    for await (const event of events) await printer.print(event);
    await printer.end();
    return DONE;
  });
}
