/** The slice of a test's context that the suite uses: vitest, node:test and others have it. */
export interface TestContext {
  /** Reports the test as skipped, with the reason. May throw. */
  skip?(reason?: string): unknown;
}

/** The slice of a test runner that the suite uses. */
export interface SuiteRunner {
  describe(name: string, body: () => void): unknown;
  /** `timeoutMs` may be ignored: the suite ends a case that takes longer by itself. */
  it(name: string, body: (context?: TestContext) => Promise<void>, timeoutMs?: number): unknown;
}
