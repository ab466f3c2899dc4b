import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Names every skipped test with its reason, and leaves the counts where `.ci/run` adds them up. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    for (const test of skipped)
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}${reasonOf(test)}`);
    const counts = [countOf(tests, 'passed'), countOf(tests, 'failed'), skipped.length];
    const file = process.env.NEXUS_TEST_COUNTS;
    if (file !== undefined) appendFileSync(file, `${counts.join(' ')}\n`);
  }
}

function countOf(tests: readonly TestCase[], state: 'passed' | 'failed'): number {
  return tests.filter((test) => test.result().state === state).length;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note !== undefined ? `: ${result.note}` : '';
}
