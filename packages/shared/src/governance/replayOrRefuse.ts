import type { EventJournal } from '../ports/EventJournal.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { isNexusError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import type { AppendReceipt } from '../types/Receipt.ts';
import type { PreparedAppend } from './envelope.ts';
import type { Governor } from './Governor.ts';
import { findStoredReceipts } from './storedReceipts.ts';

export interface ReplayDependencies {
  readonly journal: EventJournal;
  readonly governor: Governor;
  /** Look-ups of refused appends, by principal. */
  readonly replayBudget: RateLimiterPort;
  readonly logger: LoggerPort;
}

/**
 * Rules may have changed since an append was stored: before a refusal is final, the store is asked whether these very
 * events are there. Only who wrote them, or may read them, is told.
 *
 * @throws the refusal; with `replayUnknown` when the store could not be asked
 */
export async function replayOrRefuse(
  append: PreparedAppend,
  principal: Principal,
  refusal: unknown,
  { journal, governor, replayBudget, logger }: ReplayDependencies,
): Promise<AppendReceipt> {
  try {
    if (!(await replayBudget.admit(principal.id)).admitted) throw replayUnknown(refusal);
    const receipts = await findStoredReceipts(append, journal);
    if (receipts === undefined) throw refusal;
    const isOwn = receipts.every(({ actor }) => actor.id === principal.id);
    if (!isOwn && !(await mayReadAll(append, principal, governor))) throw refusal;
    return { replayed: true, receipts };
  } catch (error) {
    if (error === refusal) throw refusal;
    logger.warn({ error }, 'could not ask the store whether a refused append was stored before');
    throw replayUnknown(refusal);
  }
}

function replayUnknown(refusal: unknown): unknown {
  if (isNexusError(refusal)) refusal.replayUnknown = true;
  return refusal;
}

async function mayReadAll({ shares }: PreparedAppend, principal: Principal, governor: Governor): Promise<boolean> {
  for (const { aggregateId } of shares) {
    if (!(await governor.mayRead(principal, aggregateId))) return false;
  }
  return true;
}
