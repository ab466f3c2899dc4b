import type { PolicyWarning } from './Policy.ts';
import type { PolicySet } from './PolicySet.ts';

/** What is lawful in a set of policies, and hardly meant. */
export function warningsOf(
  set: PolicySet,
  _options?: { readonly folder: string; readonly knownEventTypes?: readonly string[] },
): PolicyWarning[] {
  return set.policies.flatMap(({ warnings }) => warnings);
}
