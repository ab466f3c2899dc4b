import { NotFoundError, type Receipt } from '@nexus/shared';
import type { Command } from 'commander';
import { integer } from '../arguments.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { type Agreement, explainReceipt, type ReceiptExplanation } from '../explain/explainReceipt.ts';
import { findReceipt } from '../explain/findReceipt.ts';
import type { Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
The store keeps the text of every schema and every set of policies that let an event in, by the digests that receipts
name. So this decides on the stored events once more, by the very rules of that time and as the actor of that time,
whatever the files say today. Exit code 7 when the decision differs; 6 when the store has not kept the rules.

Examples:
  nexus receipt explain order-1 3
  nexus receipt explain order-1 3 --origin`;

const EXIT_CODE_OF: Readonly<Record<Agreement, ExitCode>> = {
  agrees: EXIT_CODES.ok,
  differs: EXIT_CODES.findings,
  unknown: EXIT_CODES.notFound,
};

const VERDICTS: Readonly<Record<Agreement, string>> = {
  agrees: 'the rules of that time decide the same again',
  differs: 'THE RULES OF THAT TIME DECIDE OTHERWISE',
  unknown: 'the store has not kept all rules of that time',
};

export function addExplainReceipt(receipt: Command, run: Run): void {
  receipt
    .command('explain')
    .summary('decide again by the rules of that time, and compare')
    .description('Decide on what a receipt covers once more, by the rules of that time, and compare.')
    .argument('<aggregate>', 'its id')
    .argument('<version>', 'one of its versions', integer('VERSION', 1))
    .option('--origin', 'of events that were moved here as history: explain the receipt that let them in at first')
    .addHelpText('after', HELP)
    .action(run(explain));
}

function explain(
  shell: Shell,
  { origin = false }: { readonly origin?: boolean },
  aggregateId: string,
  version: number,
): Promise<ExitCode> {
  return shell.withStore(
    async (store) => {
      const receipt = await findReceipt(store, aggregateId, version);
      const explanation = await explainReceipt(store, origin ? originOf(receipt) : receipt);
      if (shell.json) await shell.out.line(JSON.stringify(explanation));
      else await print(shell, explanation);
      return EXIT_CODE_OF[explanation.agreement];
    },
    { rules: 'none' },
  );
}

/** @throws NotFoundError */
function originOf({ origin, receiptId }: Receipt): Receipt {
  if (origin !== undefined) return origin.receipt;
  const message = `Receipt ${receiptId} has no origin: its events were appended to this store; leave out --origin`;
  throw new NotFoundError(message, { what: `origin of receipt ${receiptId}` });
}

async function print(shell: Shell, { receipt, agreement, parts, policies }: ReceiptExplanation): Promise<void> {
  const { receiptId, decidedAt, actor, mode } = receipt;
  await shell.out.line(`receipt ${receiptId}, decided ${decidedAt} (${mode}) for ${actor.id}`);
  const table = shell.table('RULES', 'DIGEST', 'RECEIPT', 'AGAIN', 'VERDICT');
  for (const { name, digest = '', stated, again = 'not kept', agreement: verdict } of parts) {
    await table.row([name, digest.slice(0, DIGEST_SHOWN), stated, again, verdict]);
  }
  await table.end();
  const decisions = shell.table('EVENT', 'POLICY', 'EXPRESSION', 'GAVE');
  for (const { event, policy, validations } of policies) {
    for (const { expression, value, failure } of validations) {
      await decisions.row([event, policy, expression, failure ?? String(value)]);
    }
  }
  await decisions.end();
  await shell.out.line(VERDICTS[agreement]);
}

/** Enough to tell digests apart by eye; --json has them whole. */
const DIGEST_SHOWN = 18;
