import type { Receipt, ReceiptOrigin } from '@nexus/shared';
import type { Command } from 'commander';
import { integer } from '../arguments.ts';
import type { ExitCode } from '../exit-codes.ts';
import { findReceipt } from '../explain/findReceipt.ts';
import { DONE, type Shell } from '../Shell.ts';
import { addExplainReceipt } from './explainReceipt.ts';
import type { Run } from './Run.ts';

export function addReceipt(program: Command, run: Run): void {
  const receipt = program.command('receipt').description('Look at the proof of which rules let an append in.');
  receipt
    .command('show')
    .description('Print the receipt of the append that stored a version of an aggregate.')
    .argument('<aggregate>', 'its id')
    .argument('<version>', 'one of its versions', integer('VERSION', 1))
    .addHelpText('after', '\nExample:\n  nexus receipt show order-1 3')
    .action(run(showReceipt));
  addExplainReceipt(receipt, run);
}

function showReceipt(shell: Shell, _options: object, aggregateId: string, version: number): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const receipt = await findReceipt(store, aggregateId, version);
    if (shell.json) await shell.out.line(JSON.stringify(receipt));
    else await print(shell, receipt);
    return DONE;
  });
}

async function print(shell: Shell, receipt: Receipt): Promise<void> {
  const table = shell.table('FIELD', 'VALUE');
  for (const row of rowsOf(receipt)) await table.row(row);
  await table.end();
}

function rowsOf(receipt: Receipt): [string, string][] {
  const { receiptId, digest, shares, actor, decidedAt, mode, schemas, policy, origin } = receipt;
  const roles = actor.roles.length === 0 ? 'no roles' : actor.roles.join(', ');
  return [
    ['receipt', receiptId],
    ['digest', digest],
    ...shares.map(({ aggregateId, fromVersion, toVersion }): [string, string] => [
      'stored',
      `${aggregateId}, versions ${fromVersion} to ${toVersion}`,
    ]),
    ['actor', `${actor.id} (${roles}) by ${actor.client}`],
    ['decided', `${decidedAt} (${mode})`],
    ...schemas.map(({ eventType, outcome, version, digest: schemaDigest }): [string, string] => [
      'schema',
      [eventType, ...(version === undefined ? [] : [`version ${version}`, `${schemaDigest}`]), outcome].join(', '),
    ]),
    ...(schemas.length === 0 ? [['schema', 'none: the store had no registry'] as [string, string]] : []),
    ['policy', policyOf(policy)],
    ...(origin === undefined ? [] : originRows(origin)),
  ];
}

/** What let the events in at first, field by field. */
function originRows({ receipt, storeId }: ReceiptOrigin): [string, string][] {
  return [
    ['origin', `store ${storeId}`],
    ...rowsOf(receipt).map(([field, value]): [string, string] => [`origin ${field}`, value]),
  ];
}

function policyOf(policy: Receipt['policy']): string {
  if (policy === null) return 'none: the store had no policies';
  const matched = policy.matched.length === 0 ? 'no policy applied' : policy.matched.join(', ');
  return `${policy.decision} by ${policy.engine}, revision ${policy.revision}: ${matched}`;
}
