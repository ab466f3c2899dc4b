import { Bench } from './bench/Bench.ts';
import { within } from './bench/waiting.ts';
import { type ConformanceCase, NotApplicable } from './ConformanceCase.ts';
import type { StoreFactory } from './Harness.ts';

/** Most ms that a case may take, unless told otherwise. */
export const CASE_TIMEOUT_MS = 30_000;

/** How long and how large a case may become. */
export interface CaseLimits {
  readonly timeoutMs: number;
  readonly eventsMany: number;
}

/** Most ms that removing a case's stores may take. */
const DISPOSE_TIMEOUT_MS = 5_000;

/** What became of one case. */
export type CaseResult = { readonly id: string; readonly name: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  /** The case says nothing about this store; `reason` names the capability or the part of the harness. */
  | { readonly outcome: 'not-applicable'; readonly reason: string }
);

/** Runs one case on new stores of the factory, and removes them. Never rejects. */
export async function runCase(
  factory: StoreFactory,
  one: ConformanceCase,
  { timeoutMs, eventsMany }: CaseLimits,
): Promise<CaseResult> {
  const bench = new Bench(factory, eventsMany);
  const subject = { id: one.id, name: one.name };
  const failed = (error: unknown): CaseResult => ({ ...subject, outcome: 'failed', error });
  const result = await within(one.run(bench), `the end of case ${one.id}`, timeoutMs).then(
    (): CaseResult => ({ ...subject, outcome: 'passed' }),
    (error: unknown): CaseResult =>
      error instanceof NotApplicable ? { ...subject, outcome: 'not-applicable', reason: error.message } : failed(error),
  );
  const disposed = await within(
    bench.dispose(),
    `the removal of the stores of case ${one.id}`,
    DISPOSE_TIMEOUT_MS,
  ).then(() => undefined, failed);
  return result.outcome === 'failed' ? result : (disposed ?? result);
}
