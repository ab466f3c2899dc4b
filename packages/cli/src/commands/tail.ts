import type { Subscription } from '@nexus/shared';
import type { Command } from 'commander';
import { names } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

interface TailOptions {
  readonly from?: string;
  readonly consumer?: string;
  readonly types?: string[];
  readonly stored?: boolean;
}

const HELP = `
Events come as JSON lines, as the store takes them, until the command is stopped; that is its normal end. With
--consumer the store remembers the place: the next run goes on behind the last event that was printed, and may print
some again. Without it the place is printed on standard error at the end, for --from.

Examples:
  nexus tail --from start --types OrderPlaced,OrderPaid
  nexus tail --consumer mailer | my-mailer`;

export function addTail(program: Command, run: Run): void {
  program
    .command('tail')
    .summary('follow the feed of events')
    .description('Print every event as JSON lines, in the order of the feed, and wait for more.')
    .option('--from <place>', 'start, now or a checkpoint (default: now; start for a consumer)')
    .option('--consumer <name>', 'keep the place under this name')
    .option('--types <types>', 'only these event types, separated by commas', names)
    .option('--stored', 'payloads as they were stored, not lifted to the latest version of their schema')
    .addHelpText('after', HELP)
    .action(run(tail));
}

function tail(shell: Shell, { from, consumer, types, stored }: TailOptions): Promise<ExitCode> {
  if (types?.length === 0) throw new UsageError('--types names no type; leave it out for all', { argument: '--types' });
  return shell.withStore(async (store) => {
    const subscription = store.subscribeToStream((event) => shell.out.line(JSON.stringify(event)), {
      // An event that cannot be printed is not poison: nothing is parked, and the command ends.
      onFailure: 'stop',
      attemptsMax: 1,
      upcast: stored !== true,
      signal: shell.signal,
      ...(from === undefined ? {} : { from }),
      ...(consumer === undefined ? {} : { consumer }),
      ...(types === undefined ? {} : { eventTypes: types }),
    });
    await subscription.closed;
    shell.out.failed.throwIfAborted();
    if (consumer === undefined) await sayPlace(shell, subscription);
    return DONE;
  });
}

async function sayPlace(shell: Shell, subscription: Subscription): Promise<void> {
  const { checkpoint } = subscription.status();
  if (checkpoint === undefined) return;
  await shell.err.line(shell.json ? JSON.stringify({ checkpoint }) : `nexus: go on with --from ${checkpoint}`);
}
