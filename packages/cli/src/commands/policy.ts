import type { Command } from 'commander';
import { addPolicyCheck } from './policy/check.ts';
import { addPolicyExplain } from './policy/explain.ts';
import { addPolicyTest } from './policy/test.ts';
import type { Run } from './Run.ts';

const HELP = `
Policies are YAML files in a folder, in the form of Kubernetes' ValidatingAdmissionPolicy, with expressions in CEL. The
configuration names the folder (policies.folder), or the command's DIR. Tests lie beside them, in *.test.yaml.

In a pull request:
  nexus policy check --warnings-as-errors && nexus policy test --coverage-min 90`;

export function addPolicy(program: Command, run: Run): void {
  const policy = program
    .command('policy')
    .summary('policies on events: check, test, explain')
    .description('Look after the policies that decide which events may be stored, and by whom.')
    .addHelpText('after', HELP);
  for (const add of [addPolicyCheck, addPolicyTest, addPolicyExplain]) add(policy, run);
}
