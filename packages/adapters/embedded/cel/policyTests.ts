import type { PolicyDecision } from '@nexus/shared';
import { explainRequest, type PolicyOutcome } from './explainRequest.ts';
import { PolicySet } from './PolicySet.ts';
import { readPolicyFolder, readTestFolder } from './readPolicyFolder.ts';
import { type PolicyTestCase, readPolicyTests } from './readPolicyTests.ts';

/** What came of one test. */
export interface PolicyTestResult {
  readonly name: string;
  readonly file: string;
  readonly passed: boolean;
  /** What differs from what was expected; empty where the test passed. */
  readonly differences: readonly string[];
  /** What could not be evaluated, and was denied for that: a test may pass for the wrong reason. */
  readonly failures: readonly string[];
}

/** What the tests have seen of one policy. */
export interface PolicyCoverage {
  readonly policy: string;
  readonly file: string;
  /** Whether it applied to any test's event. */
  readonly matched: boolean;
  readonly validations: readonly {
    readonly expression: string;
    readonly seenTrue: boolean;
    readonly seenFalse: boolean;
  }[];
}

export interface PolicyTestReport {
  readonly revision: string;
  /** By file, then as they stand there. */
  readonly results: readonly PolicyTestResult[];
  /** By policy. */
  readonly coverage: readonly PolicyCoverage[];
  /** How much was seen of what can be: each policy matched, each validation true and false. From 0 to 100. */
  readonly coveragePercent: number;
}

/**
 * Runs the tests that are beside policies, `*.test.yaml` in their folder and its sub-folders.
 *
 * @throws ConfigurationError - the policies or the tests cannot be read
 */
export function runPolicyTests(folder: string): PolicyTestReport {
  const set = new PolicySet(readPolicyFolder(folder));
  const cases = readTestFolder(folder).flatMap(readPolicyTests);
  const coverage = new CoverageCount(set);
  const results = cases.map((testCase) => {
    const outcomes = explainRequest(set, testCase.request).events.flatMap(({ policies }) => policies);
    coverage.add(outcomes);
    return resultOf(testCase, set.decide(testCase.request), outcomes);
  });
  return { revision: set.revision, results, coverage: coverage.policies, coveragePercent: coverage.percent };
}

function resultOf(
  testCase: PolicyTestCase,
  decision: PolicyDecision,
  outcomes: readonly PolicyOutcome[],
): PolicyTestResult {
  const differences = differencesOf(testCase, decision);
  const failures = outcomes.flatMap(({ policy, conditions, validations }) =>
    [...conditions, ...validations].flatMap(({ failure }) => (failure === undefined ? [] : [`${policy}: ${failure}`])),
  );
  const { name, file } = testCase;
  return { name, file, passed: differences.length === 0, differences, failures };
}

function differencesOf({ expect, by, message, observed }: PolicyTestCase, decision: PolicyDecision): string[] {
  const said = [...decision.denials, ...(decision.observed ?? [])];
  const shown = said.map((denial) => `${denial.policy}: ${denial.message}`).join('; ') || 'no policy says anything';
  const differences: string[] = [];
  if (decision.decision !== expect) differences.push(`expected ${expect}, and it is ${decision.decision} (${shown})`);
  if (by !== undefined) differences.push(...namesDiffer('denied by', by, decision.denials));
  if (observed !== undefined) differences.push(...namesDiffer('observed by', observed, decision.observed ?? []));
  if (message !== undefined && !said.some((denial) => denial.message.includes(message))) {
    differences.push(`expected a message with ${JSON.stringify(message)}, and there is ${shown}`);
  }
  return differences;
}

function namesDiffer(
  what: string,
  expected: readonly string[],
  found: readonly { readonly policy: string }[],
): string[] {
  const [left, right] = [expected, found.map(({ policy }) => policy)].map((names) =>
    [...new Set(names)].sort().join(', '),
  );
  return left === right ? [] : [`expected ${what} ${left || 'none'}, and it is ${right || 'none'}`];
}

class CoverageCount {
  readonly #seen: Map<string, { matched: boolean; trues: Set<number>; falses: Set<number> }>;
  readonly #set: PolicySet;

  constructor(set: PolicySet) {
    this.#set = set;
    this.#seen = new Map(
      set.policies.map(({ policy }) => [policy.name, { matched: false, trues: new Set(), falses: new Set() }]),
    );
  }

  add(outcomes: readonly PolicyOutcome[]): void {
    for (const { policy, applies, validations } of outcomes) {
      const seen = this.#seen.get(policy);
      if (seen === undefined || !applies) continue;
      seen.matched = true;
      for (const [index, { value }] of validations.entries()) {
        if (value !== undefined) seen[value ? 'trues' : 'falses'].add(index);
      }
    }
  }

  get policies(): PolicyCoverage[] {
    return this.#set.policies.map(({ policy: { name, validations }, document: { file } }) => {
      const seen = this.#seen.get(name);
      return {
        policy: name,
        file,
        matched: seen?.matched === true,
        validations: validations.map(({ expression }, index) => ({
          expression,
          seenTrue: seen?.trues.has(index) === true,
          seenFalse: seen?.falses.has(index) === true,
        })),
      };
    });
  }

  get percent(): number {
    const marks = this.policies.flatMap(({ matched, validations }) => [
      matched,
      ...validations.flatMap(({ seenTrue, seenFalse }) => [seenTrue, seenFalse]),
    ]);
    return marks.length === 0 ? 100 : Math.floor((marks.filter(Boolean).length / marks.length) * 100);
  }
}
