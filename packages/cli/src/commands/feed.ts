import { NotFoundError, type ParkedAggregate } from '@nexus/shared';
import type { Command } from 'commander';
import { integer } from '../arguments.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, LOCAL, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const PARKED_HELP = `
A handler that fails for good on an event parks its aggregate for its consumer; all other aggregates go on. retry
delivers the aggregate again from the version that waits; discard skips that one version. The consumer does so when it
next runs, and both are audited.`;

export function addFeed(program: Command, run: Run): void {
  const feed = program.command('feed').description('Look after the consumers of the feed of events.');
  feed.command('status').description('Print the store and its durable consumers.').action(run(showStatus));
  const parked = feed
    .command('parked')
    .description('Look after the aggregates that a consumer has parked.')
    .addHelpText('after', PARKED_HELP);
  parked
    .command('list')
    .description('Print the aggregates that a consumer has parked.')
    .argument('<consumer>', 'its name')
    .action(run(listParked));
  parked
    .command('show')
    .description('Print a parked aggregate, with the event that waits.')
    .argument('<consumer>', 'its name')
    .argument('<aggregate>', 'its id')
    .action(run(showParked));
  parked
    .command('retry')
    .description('Deliver a parked aggregate again, from the version that waits.')
    .argument('<consumer>', 'its name')
    .argument('<aggregate>', 'its id')
    .action(run(retryParked));
  parked
    .command('discard')
    .description('Skip the version of a parked aggregate that waits, and go on behind it.')
    .argument('<consumer>', 'its name')
    .argument('<aggregate>', 'its id')
    .argument('<version>', 'the version that waits', integer('VERSION', 1))
    .action(run(discardParked));
}

function showStatus(shell: Shell): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const identity = await store.identity();
    const consumers = await store.consumers();
    if (shell.json) {
      await shell.out.line(JSON.stringify({ ...identity, consumers }));
      return DONE;
    }
    await shell.out.line(`store ${identity.storeId}, epoch ${identity.epoch}`);
    const table = shell.table('CONSUMER', 'CLAIMED UNTIL', 'PARKED', 'CHECKPOINT');
    for (const { consumer, claimedUntil = 'not running', parkedAggregates, checkpoint = 'none yet' } of consumers) {
      await table.row([consumer, claimedUntil, parkedAggregates, checkpoint]);
    }
    await table.end();
    if (consumers.length === 0) await shell.out.line('no durable consumers');
    return DONE;
  });
}

function listParked(shell: Shell, _options: object, consumer: string): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const table = shell.table('AGGREGATE', 'VERSION', 'EVENT ID', 'ATTEMPTS', 'STATE', 'SINCE', 'ERROR');
    const all = await store.parkedAggregates(consumer);
    for (const parked of all) {
      if (shell.json) await shell.out.line(JSON.stringify(parked));
      else await table.row(cellsOf(parked));
    }
    await table.end();
    if (all.length === 0) await shell.remark(`nexus: ${consumer} has parked no aggregate`);
    return DONE;
  });
}

function cellsOf({ aggregateId, aggregateVersion, eventId, attempts, state, parkedAt, error }: ParkedAggregate) {
  return [aggregateId, aggregateVersion, eventId, attempts, state, parkedAt, error];
}

function showParked(shell: Shell, _options: object, consumer: string, aggregateId: string): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const parked = (await store.parkedAggregates(consumer)).find((one) => one.aggregateId === aggregateId);
    if (parked === undefined) {
      const message = `${consumer} has not parked ${aggregateId}; nexus feed parked list ${consumer} prints what it has`;
      throw new NotFoundError(message, { what: `parked aggregate ${aggregateId}` });
    }
    const { aggregateVersion: version } = parked;
    // As it was stored: that it cannot be lifted may be why it waits.
    const [event] = await store.getEvents(aggregateId, version, version, { upcast: false });
    if (shell.json) {
      await shell.out.line(JSON.stringify({ ...parked, event }));
      return DONE;
    }
    const table = shell.table('FIELD', 'VALUE');
    for (const [field, value] of Object.entries(parked)) await table.row([field, String(value)]);
    await table.row(['event', JSON.stringify(event)]);
    await table.end();
    return DONE;
  });
}

function retryParked(shell: Shell, _options: object, consumer: string, aggregateId: string): Promise<ExitCode> {
  return shell.withStore(
    async (store) => {
      await store.retryParked(consumer, aggregateId, { principal: LOCAL });
      await confirm(shell, `${consumer} will deliver ${aggregateId} again`, { consumer, aggregateId, asked: 'retry' });
      return DONE;
    },
    { logLevel: 'info' },
  );
}

function discardParked(
  shell: Shell,
  _options: object,
  consumer: string,
  aggregateId: string,
  version: number,
): Promise<ExitCode> {
  return shell.withStore(
    async (store) => {
      await store.discardParked(consumer, aggregateId, version, { principal: LOCAL });
      const asked = { consumer, aggregateId, aggregateVersion: version, asked: 'discard' };
      await confirm(shell, `${consumer} will skip version ${version} of ${aggregateId}`, asked);
      return DONE;
    },
    { logLevel: 'info' },
  );
}

function confirm(shell: Shell, text: string, fields: object): Promise<void> {
  return shell.out.line(shell.json ? JSON.stringify(fields) : text);
}
