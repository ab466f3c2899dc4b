import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type AppendReceipt, type ConcurrencyError, isNexusError } from '@nexus/shared';
import type { ModelAnswer } from './StoreModel.ts';

/** What an append was answered with. */
export type StoreAnswer = { readonly receipt: AppendReceipt } | { readonly error: unknown };

/** The answer of an append, be it a receipt or a refusal. */
export function answerOf(append: Promise<AppendReceipt>): Promise<StoreAnswer> {
  return append.then(
    (receipt) => ({ receipt }),
    (error: unknown) => ({ error }),
  );
}

/** The answer in a word, as the model has it. */
export function outcomeOf(answer: StoreAnswer): string {
  if ('receipt' in answer) return answer.receipt.replayed === false ? 'stored' : 'replayed';
  if (isNexusError(answer.error)) return answer.error.code;
  throw answer.error;
}

/** The store answered as the model did: the same outcome, and a refusal that names something that is at fault. */
export function isAnswered(answer: StoreAnswer, expected: ModelAnswer): void {
  const error = 'error' in answer && isNexusError(answer.error) ? answer.error : undefined;
  assert.equal(outcomeOf(answer), expected.outcome, error?.message);
  if (!('faults' in expected) || error === undefined) return;
  const { alreadyStored, ...details } = error.details as ConcurrencyError['details'];
  const isNamed = expected.faults.some((fault) => isDeepStrictEqual({ ...details, ...fault }, details));
  assert.ok(isNamed, `the refusal names ${JSON.stringify(details)}, not one of ${JSON.stringify(expected.faults)}`);
  if (expected.outcome === 'CONCURRENCY_CONFLICT') assert.deepEqual(alreadyStored ?? [], expected.alreadyStored);
}
