import type { EventPage } from '@nexus/shared';
import type { Command } from 'commander';
import { integer, time } from '../arguments.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, LOCAL, type Shell } from '../Shell.ts';
import { EventPrinter } from './EventPrinter.ts';
import type { Run } from './Run.ts';

interface QueryOptions {
  readonly start: string;
  readonly end: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly stored?: boolean;
}

const HELP = `
Prints one page, ordered by time, aggregate and version. Where the range holds more, the cursor of the next page goes to
standard error; with --json the page is one object, {"events", "cursor"?, "partial"?, "scannedThrough", "settledThrough"}.

Example:
  nexus query OrderPlaced --start 2026-01-01T00:00:00Z --end 2026-01-31T23:59:59.999+01:00`;

export function addQuery(program: Command, run: Run): void {
  program
    .command('query')
    .summary('print the events of a type within a range of time')
    .description('Print the oldest events of a type whose timestamps lie within a range of time, both ends inclusive.')
    .argument('<type>', 'the event type')
    .requiredOption('--start <time>', 'first time, with its zone', time('--start'))
    .requiredOption('--end <time>', 'last time, with its zone', time('--end'))
    .option('--limit <events>', 'most events of the page, up to 10000 (default: 1000)', integer('--limit', 1, 10_000))
    .option('--cursor <cursor>', 'where an earlier page of the same query ended')
    .option('--stored', 'payloads as they were stored, not lifted to the latest version of their schema')
    .addHelpText('after', HELP)
    .action(run(query));
}

function query(
  shell: Shell,
  { start, end, limit, cursor, stored }: QueryOptions,
  eventType: string,
): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const page = await store.queryEvents({
      eventType,
      startTime: start,
      endTime: end,
      clientId: LOCAL.client,
      principal: LOCAL,
      upcast: stored !== true,
      signal: shell.signal,
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (shell.json) await shell.out.line(JSON.stringify(page));
    else await printPage(shell, page);
    return DONE;
  });
}

async function printPage(shell: Shell, page: EventPage): Promise<void> {
  const printer = new EventPrinter(shell);
  for (const event of page.events) await printer.print(event);
  await printer.end();
  if (page.cursor !== undefined) await shell.remark(`nexus: there is more; go on with --cursor ${page.cursor}`);
}
