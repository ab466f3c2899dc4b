import assert from 'node:assert/strict';

/** Most ms that any single wait of a case may take. */
const WAIT_MS_MAX = 10_000;

/** A promise that is settled from outside. */
export interface Deferred<Value = void> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

export function deferred<Value = void>(): Deferred<Value> {
  return Promise.withResolvers<Value>();
}

/** The promise's outcome, or a failure that says what did not happen in time, as of then. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string | (() => string),
  msMax: number = WAIT_MS_MAX,
): Promise<Value> {
  const bound = deferred<never>();
  const timer = setTimeout(() => {
    const missing = typeof what === 'string' ? what : what();
    bound.reject(new assert.AssertionError({ message: `${missing} did not happen within ${msMax} ms` }));
  }, msMax);
  try {
    return await Promise.race([promise, bound.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves once the condition holds; looks again after each turn of the event loop. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`${what} did not happen within ${WAIT_MS_MAX} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
