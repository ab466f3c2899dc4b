import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Names every skipped test with its reason, and leaves the counts where `.ci/run` adds them up. A file that cannot be
 * loaded, a hook that fails and an error outside any test count as failures, although no test of theirs failed.
 */
export default class SummaryReporter implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    if (!this.#isFiltered) for (const test of skipped) reportSkipped(test);
    const failed = countOf(tests, 'failed') + modules.flatMap(errorsOutsideTests).length + unhandledErrors.length;
    const file = process.env.NEXUS_TEST_COUNTS;
    if (file !== undefined) appendFileSync(file, `${countOf(tests, 'passed')} ${failed} ${skipped.length}\n`);
  }
}

function countOf(tests: readonly TestCase[], state: 'passed' | 'failed'): number {
  return tests.filter((test) => test.result().state === state).length;
}

function errorsOutsideTests(module: TestModule): unknown[] {
  return [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
}

/** A skip that gives no reason fails the run in CI: nobody can tell whether it is meant. */
function reportSkipped(test: TestCase): void {
  const result = test.result();
  const reason = result.state === 'skipped' ? result.note : undefined;
  console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reason ?? 'no reason given'}`);
  if (reason === undefined && process.env.CI !== undefined) process.exitCode = 1;
}
