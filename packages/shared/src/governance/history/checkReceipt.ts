import { InvalidArgumentError } from '../../types/errors.ts';
import type { AggregateShare, PolicyEvidence, Receipt, SchemaEvidence } from '../../types/Receipt.ts';
import { isoTime } from '../../types/time.ts';

type Unchecked<Known> = { readonly [Key in keyof Known]?: unknown };

/**
 * Checks that a value which comes from outside has the shape of a receipt.
 *
 * @throws InvalidArgumentError - names the first field that is wrong
 */
export function checkReceipt(value: unknown): Receipt {
  const receipt = objectOf<Receipt>('receipt', value);
  for (const field of ['receiptId', 'digest', 'decidedAt', 'mode'] as const) {
    if (typeof receipt[field] !== 'string') throw invalid(`receipt.${field}`, 'must be a string');
  }
  if (!Array.isArray(receipt.shares) || !receipt.shares.every(isShare)) {
    throw invalid('receipt.shares', 'must name aggregates with fromVersion and toVersion');
  }
  if (!Array.isArray(receipt.schemas) || !receipt.schemas.every(isEvidence)) {
    throw invalid('receipt.schemas', 'must name event types with outcomes');
  }
  if (!isTime(receipt.decidedAt)) throw invalid('receipt.decidedAt', 'must be a time in ISO 8601, UTC, milliseconds');
  if (receipt.policy !== null) checkPolicy(receipt.policy);
  checkActor(receipt.actor);
  if (receipt.origin !== undefined) checkOrigin(receipt.origin);
  return value as Receipt;
}

function checkPolicy(value: unknown): void {
  const { engine, revision, decision, matched, observed = [] } = objectOf<PolicyEvidence>('receipt.policy', value);
  if (typeof revision !== 'string') throw invalid('receipt.policy.revision', 'must be a string');
  if (![engine, decision].every((text) => typeof text === 'string')) {
    throw invalid('receipt.policy', 'must name its engine and decision');
  }
  if (!isTexts(matched)) throw invalid('receipt.policy.matched', 'must be names of policies');
  if (!Array.isArray(observed) || !observed.every(isObserved)) {
    throw invalid('receipt.policy.observed', 'must name policies with messages');
  }
}

function checkActor(value: unknown): void {
  const { id, client, roles } = objectOf<Receipt['actor']>('receipt.actor', value);
  if (typeof id !== 'string') throw invalid('receipt.actor.id', 'must be a string');
  if (typeof client !== 'string') throw invalid('receipt.actor.client', 'must be a string');
  if (!isTexts(roles)) throw invalid('receipt.actor.roles', 'must be names of roles');
}

/** One origin, which has none of its own, so that receipts do not grow with every move. */
function checkOrigin(value: unknown): void {
  const { receipt, storeId } = objectOf<NonNullable<Receipt['origin']>>('receipt.origin', value);
  if (typeof storeId !== 'string') throw invalid('receipt.origin.storeId', 'must be a string');
  if (checkReceipt(receipt).origin !== undefined) throw invalid('receipt.origin.receipt', 'must have no origin itself');
}

function isShare(value: unknown): boolean {
  const { aggregateId, fromVersion, toVersion } = (value ?? {}) as Unchecked<AggregateShare>;
  const [from, to] = [fromVersion, toVersion].map((version) => (Number.isSafeInteger(version) ? Number(version) : 0));
  return typeof aggregateId === 'string' && 1 <= (from as number) && (from as number) <= (to as number);
}

function isEvidence(value: unknown): boolean {
  const { eventType, outcome, version = '', digest = '' } = (value ?? {}) as Unchecked<SchemaEvidence>;
  return [eventType, outcome, version, digest].every((text) => typeof text === 'string');
}

function isObserved(value: unknown): boolean {
  const { policy, message } = (value ?? {}) as Record<string, unknown>;
  return isTexts([policy, message]);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isTime(value: unknown): boolean {
  const time = Date.parse(String(value));
  return Number.isFinite(time) && isoTime(time) === value;
}

function objectOf<Known>(name: string, value: unknown): Unchecked<Known> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name, 'must be an object');
  return value as Unchecked<Known>;
}

function invalid(name: string, rule: string): InvalidArgumentError {
  return new InvalidArgumentError(name, `${rule}, as export --recorded writes it`);
}
