import type { PolicyCoverage, PolicyTestReport } from '@nexus/adapters/embedded';
import type { Command } from 'commander';
import { integer } from '../../arguments.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printable } from '../../io/printable.ts';
import type { Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { policyFolder } from './policyFolder.ts';

const HELP = `
A test file, *.test.yaml, is a list of cases. What an event or a principal does not say is filled in:
  - name: a clerk may not place large orders
    given:
      event: { eventType: OrderPlaced, payload: { total: 5000 } }
      principal: { id: ada, roles: [clerk] }
    expect: deny
    by: [order-limit]        # all policies that deny
    message: ask a manager   # part of a message
Also given: action (append, import or read) and now; also expected: observed, all policies that only observe.

Coverage counts for each policy whether it applied, and for each validation whether it was true and false. Exit code 7
when a test fails, coverage is below the minimum, or there is no test; 9 when a policy or test cannot be loaded.

Examples:
  nexus policy test
  nexus policy test ./policies --coverage-min 90`;

export function addPolicyTest(policy: Command, run: Run): void {
  policy
    .command('test')
    .summary('run the tests that are beside the policies')
    .description('Run the tests of policies, and say what they have not seen.')
    .argument('[dir]', 'the folder of the policies and their tests (default: the configured one)')
    .option('--coverage-min <percent>', 'least coverage', integer('--coverage-min', 0, 100), 0)
    .addHelpText('after', HELP)
    .action(run(test));
}

async function test(shell: Shell, { coverageMin }: { readonly coverageMin: number }, dir?: string): Promise<ExitCode> {
  const { runPolicyTests } = await import('@nexus/adapters/embedded');
  const report = runPolicyTests(policyFolder(shell, dir));
  const faults = faultsOf(report, coverageMin);
  if (shell.json) await shell.out.line(JSON.stringify({ passed: faults.length === 0, ...report }));
  else await print(shell, report, faults);
  return faults.length === 0 ? EXIT_CODES.ok : EXIT_CODES.findings;
}

function faultsOf({ results, coverage, coveragePercent }: PolicyTestReport, coverageMin: number): string[] {
  const failed = results.filter(({ passed }) => !passed).length;
  const isUntested = results.length === 0 && coverage.length > 0;
  return [
    ...(failed > 0 ? [`${failed} of ${results.length} tests fail`] : []),
    ...(isUntested ? ['there is no test; write one in a file *.test.yaml beside the policies'] : []),
    ...(coveragePercent < coverageMin ? [`coverage is ${coveragePercent} %, and must be ${coverageMin} %`] : []),
  ];
}

async function print(shell: Shell, report: PolicyTestReport, faults: readonly string[]): Promise<void> {
  for (const { name, file, passed, differences, failures } of report.results) {
    await shell.out.line(printable(`${passed ? 'pass' : 'FAIL'}  ${name} (${file})`));
    for (const difference of differences) await shell.out.line(printable(`      ${difference}`));
    for (const failure of failures) await shell.out.line(printable(`      note: ${failure}`));
  }
  for (const { policy, gaps } of report.coverage.map(gapsOf)) {
    for (const gap of gaps) await shell.out.line(printable(`not seen: ${policy} ${gap}`));
  }
  const passed = report.results.filter((result) => result.passed).length;
  await shell.out.line(`${passed} of ${report.results.length} tests pass; coverage ${report.coveragePercent} %`);
  for (const fault of faults) await shell.remark(`nexus: ${fault}`);
}

function gapsOf({ policy, matched, validations }: PolicyCoverage): { policy: string; gaps: string[] } {
  if (!matched) return { policy, gaps: ['applied to any event'] };
  const gaps = validations.flatMap(({ expression, seenTrue, seenFalse }) => [
    ...(seenTrue ? [] : [`with ${expression} true`]),
    ...(seenFalse ? [] : [`with ${expression} false`]),
  ]);
  return { policy, gaps };
}
