import type { VerifyFinding, VerifyReport } from '@nexus/shared';
import type { Command } from 'commander';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
Reads everything, computes every digest anew, and compares. Stores with the same events have the same content digest,
whichever database they are in. Exit code 7 when something is wrong; notes are lawful, and do not count as wrong.`;

export function addVerify(program: Command, run: Run): void {
  program
    .command('verify')
    .summary('check everything that is stored')
    .description('Check that what is stored is whole and unchanged.')
    .addHelpText('after', HELP)
    .action(run(verify));
}

function verify(shell: Shell): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const progress = shell.progress('verifying', 'events');
    let report: VerifyReport;
    try {
      report = await store.verify({ signal: shell.signal, onProgress: (events) => progress.update(events) });
    } finally {
      progress.end();
    }
    if (shell.json) await shell.out.line(JSON.stringify(report));
    else await print(shell, report);
    return report.clean ? EXIT_CODES.ok : EXIT_CODES.findings;
  });
}

async function print(shell: Shell, report: VerifyReport): Promise<void> {
  await shell.out.line(`events          ${report.events}`);
  await shell.out.line(`aggregates      ${report.aggregates}`);
  await shell.out.line(`content digest  ${report.contentDigest}`);
  await shell.out.line(`verdict         ${report.clean ? 'clean' : 'NOT CLEAN'}`);
  const table = shell.table('SEVERITY', 'RULE', 'WHERE', 'FOUND');
  for (const finding of report.findings)
    await table.row([finding.severity, finding.rule, placeOf(finding), finding.message]);
  await table.end();
  const left = report.findingsTotal - report.findings.length;
  if (left > 0) await shell.out.line(`… and ${left} more`);
}

function placeOf({ aggregateId, aggregateVersion }: VerifyFinding): string {
  if (aggregateId === undefined) return 'store';
  return aggregateVersion === undefined ? aggregateId : `${aggregateId} version ${aggregateVersion}`;
}
