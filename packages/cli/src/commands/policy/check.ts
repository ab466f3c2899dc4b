import type { CelPolicyEngine, PolicyWarning } from '@nexus/adapters/embedded';
import type { Command } from 'commander';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printable } from '../../io/printable.ts';
import type { Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { knownEventTypes, policyFolder } from './policyFolder.ts';

const HELP = `
Loads the policies as a store does, and warns of what is lawful and hardly meant: rules that never apply or always
hold, event types that the configured schemas do not know, integer arithmetic on JSON numbers. Exit code 9 when a policy
cannot be loaded; 7 when there are warnings and --warnings-as-errors.

Examples:
  nexus policy check
  nexus policy check ./policies --warnings-as-errors`;

export function addPolicyCheck(policy: Command, run: Run): void {
  policy
    .command('check')
    .summary('load the policies, and warn of what is hardly meant')
    .description('Check that policies load, and that they can do what they say.')
    .argument('[dir]', 'the folder of the policies (default: the configured one)')
    .option('--warnings-as-errors', 'exit with code 7 when there are warnings')
    .addHelpText('after', HELP)
    .action(run(check));
}

async function check(shell: Shell, options: { readonly warningsAsErrors?: boolean }, dir?: string): Promise<ExitCode> {
  const folder = policyFolder(shell, dir);
  const { CelPolicyEngine } = await import('@nexus/adapters/embedded');
  const engine = new CelPolicyEngine({ folder, ...(await knownEventTypes(shell)) });
  const { revision, policies, warnings } = engine;
  if (shell.json) await shell.out.line(JSON.stringify({ revision, policies, warnings }));
  else await print(shell, engine);
  return options.warningsAsErrors === true && warnings.length > 0 ? EXIT_CODES.findings : EXIT_CODES.ok;
}

async function print(shell: Shell, { revision, policies, warnings }: CelPolicyEngine): Promise<void> {
  const table = shell.table('POLICY', 'ACTION', 'VALIDATIONS', 'FILE');
  for (const { name, validationActions, validations, file } of policies) {
    await table.row([name, validationActions[0], validations, file]);
  }
  await table.end();
  for (const warning of warnings) await shell.out.line(`warning: ${printable(lineOf(warning))}`);
  await shell.out.line(`${policies.length} policies, ${warnings.length} warnings, revision ${revision}`);
}

function lineOf({ file, policy, pointer, expression, message }: PolicyWarning): string {
  const where = policy === '' ? file : `${file}: ${policy}: ${pointer}:`;
  return expression === undefined ? `${where} ${message}` : `${where} ${message} (${expression})`;
}
