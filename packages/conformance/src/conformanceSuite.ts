import { EVENTS_MANY } from './bench/Bench.ts';
import { GUARANTEES } from './guarantees/index.ts';
import type { StoreFactory } from './Harness.ts';
import { CASE_TIMEOUT_MS, type CaseLimits, type CaseResult, runCase } from './runCase.ts';
import type { SuiteRunner } from './SuiteRunner.ts';

export interface SuiteOptions {
  /** Ids of the cases to run. Default: all. */
  readonly only?: readonly string[];
  /** Most ms that one case may take. Default: 30,000. */
  readonly caseTimeoutMs?: number;
  /** Events that the cases about bounded memory write and read. Default: 20,000. */
  readonly eventsMany?: number;
}

/**
 * Registers every case with the test runner: one `describe` for the store, one for each guarantee, one `it` for each
 * case. A case that says nothing about the store is skipped with its reason, where the runner can show that.
 */
export function conformanceSuite(runner: SuiteRunner, factory: StoreFactory, options: SuiteOptions = {}): void {
  const limits = limitsOf(options);
  runner.describe(`${factory.name} conforms`, () => {
    for (const guarantee of GUARANTEES) {
      const cases = guarantee.cases.filter((one) => options.only?.includes(one.id) ?? true);
      if (cases.length === 0) continue;
      runner.describe(`${guarantee.number}. ${guarantee.title}`, () => {
        for (const one of cases) {
          runner.it(
            `${one.name} [${one.id}]`,
            async (context) => {
              const result = await runCase(factory, one, limits);
              if (result.outcome === 'failed') throw result.error;
              if (result.outcome === 'not-applicable') context?.skip?.(result.reason);
            },
            limits.timeoutMs * 2,
          );
        }
      });
    }
  });
}

/** Runs the cases one after another, without any test runner. */
export async function runSuite(factory: StoreFactory, options: SuiteOptions = {}): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of GUARANTEES.flatMap((guarantee) => guarantee.cases)) {
    if (options.only?.includes(one.id) === false) continue;
    results.push(await runCase(factory, one, limitsOf(options)));
  }
  return results;
}

function limitsOf({ caseTimeoutMs = CASE_TIMEOUT_MS, eventsMany = EVENTS_MANY }: SuiteOptions): CaseLimits {
  return { timeoutMs: caseTimeoutMs, eventsMany };
}
