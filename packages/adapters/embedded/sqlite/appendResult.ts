import {
  AmbiguousCommitError,
  type Commit,
  type JournalAppendResult,
  judgeAppend,
  type Receipt,
  type StoredPlace,
  type StoredState,
} from '@nexus/shared';
import { duplicateEventId } from '../duplicateEventId.ts';
import { storeErrorOf } from './driver-errors.ts';
import type { DriverFailure } from './driver-failure.ts';
import type { AppendOutcome, HeldPlaces } from './protocol.ts';

export interface AppendContext {
  readonly path: string;
  /** The stored receipts that cover a commit's events. */
  readonly receiptsOf: (commit: Commit) => readonly Receipt[];
}

/**
 * What an append's caller is told of the writer's outcome.
 *
 * @throws ConcurrencyError, VersionGapError, IdempotencyMismatchError, DuplicateEventIdError
 * @throws StoreUnavailableError, AmbiguousCommitError, CorruptStoreError
 */
export function appendResultOf(commit: Commit, outcome: AppendOutcome, context: AppendContext): JournalAppendResult {
  switch (outcome.kind) {
    case 'stored':
      return { replayed: false, receipts: [commit.receipt] };
    case 'held':
      // Throws, unless it is the same append: the writer stores every other one that can be stored.
      judgeAppend(commit, stateOf(commit, outcome.held));
      return { replayed: true, receipts: context.receiptsOf(commit) };
    case 'found':
      return foundResult(commit, context.receiptsOf(commit));
    case 'duplicate-event-id':
      throw duplicateEventId(outcome.eventId, outcome);
    case 'failed':
      throw storeErrorOf(outcome.failure, context.path);
    case 'ambiguous':
      throw ambiguous(commit, outcome.failure);
    default:
      return outcome satisfies never;
  }
}

/** The state that the writer saw in its transaction. */
function stateOf({ events, shares }: Commit, { versions, places }: HeldPlaces): StoredState {
  const versionsById = new Map(shares.map(({ aggregateId }, index) => [aggregateId, versions[index] ?? 0]));
  const placesByEvent = new Map<string, StoredPlace | null>();
  for (const [index, { event }] of events.entries()) {
    placesByEvent.set(placeKey(event.aggregateId, event.aggregateVersion), places[index] ?? null);
  }
  return {
    versionOf: (aggregateId) => versionsById.get(aggregateId) ?? 0,
    placeAt: (aggregateId, version) => placesByEvent.get(placeKey(aggregateId, version)) ?? undefined,
  };
}

function placeKey(aggregateId: string, version: number): string {
  return `${version} ${aggregateId}`;
}

/** Found after an error: stored by this call or, if the receipt is another's, by an earlier one. */
function foundResult({ receipt }: Commit, receipts: readonly Receipt[]): JournalAppendResult {
  const isOwn = receipts.length === 1 && receipts[0]?.receiptId === receipt.receiptId;
  return { replayed: !isOwn, receipts };
}

function ambiguous({ shares }: Commit, { message }: DriverFailure): AmbiguousCommitError {
  const aggregateIds = shares.map(({ aggregateId }) => aggregateId);
  const subject = aggregateIds.length === 1 ? aggregateIds[0] : `${aggregateIds.length} aggregates`;
  const text = `It is unknown whether the append to ${subject} was stored (${message}); send the very same append again`;
  return new AmbiguousCommitError(text, { aggregateIds });
}
