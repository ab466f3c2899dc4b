import type { Commit, CommitEvent } from '../ports/EventJournal.ts';
import { ConcurrencyError, IdempotencyMismatchError, VersionGapError } from '../types/errors.ts';
import type { AggregateShare } from '../types/Receipt.ts';

/** What a journal holds at one of the places that a commit wants. */
export interface StoredPlace {
  readonly eventId: string;
  readonly digest: string;
}

/** What a journal holds where a commit wants to write, read in the transaction that writes. */
export interface StoredState {
  /** The aggregate's version; 0 if unknown. */
  versionOf(aggregateId: string): number;
  /** Called only for versions up to {@link versionOf}. */
  placeAt(aggregateId: string, aggregateVersion: number): StoredPlace | undefined;
}

/**
 * Decides whether a commit is new or the same append as one that is stored; else throws. The order of the checks is
 * part of the port: the same append, mismatch, conflict, gap.
 *
 * Costs one look at the version of each aggregate for a new append.
 *
 * @throws IdempotencyMismatchError, ConcurrencyError, VersionGapError
 */
export function judgeAppend(commit: Pick<Commit, 'events' | 'shares'>, stored: StoredState): 'new' | 'same' {
  const overlaps = commit.shares.some((share) => stored.versionOf(share.aggregateId) >= share.fromVersion);
  if (overlaps) {
    const same = commit.events.filter((event) => isStored(event, stored));
    if (same.length === commit.events.length) return 'same';
    throw conflictOf(commit, stored, same);
  }
  for (const share of commit.shares) refuseGap(share, stored.versionOf(share.aggregateId));
  return 'new';
}

function isStored({ event, digest }: CommitEvent, stored: StoredState): boolean {
  if (event.aggregateVersion > stored.versionOf(event.aggregateId)) return false;
  const place = stored.placeAt(event.aggregateId, event.aggregateVersion);
  if (place === undefined) return false;
  if (place.digest === digest) return true;
  if (place.eventId !== event.eventId) return false;
  throw new IdempotencyMismatchError(
    `Event ${event.eventId} is already stored at version ${event.aggregateVersion} of ${event.aggregateId} with ` +
      'other content; give a changed event a new eventId and a new version',
    {
      aggregateId: event.aggregateId,
      aggregateVersion: event.aggregateVersion,
      eventId: event.eventId,
      storedDigest: place.digest,
      digest,
    },
  );
}

function conflictOf(
  commit: Pick<Commit, 'shares'>,
  stored: StoredState,
  alreadyStored: readonly CommitEvent[],
): ConcurrencyError {
  const share = commit.shares.find((one) => stored.versionOf(one.aggregateId) >= one.fromVersion) as AggregateShare;
  const actualVersion = stored.versionOf(share.aggregateId);
  const expectedVersion = share.fromVersion - 1;
  return new ConcurrencyError(
    `${share.aggregateId} is at version ${actualVersion}, and the append expected ${expectedVersion}; ` +
      'load it, decide again, and append behind its version',
    {
      aggregateId: share.aggregateId,
      expectedVersion,
      actualVersion,
      ...(alreadyStored.length === 0
        ? {}
        : {
            alreadyStored: alreadyStored.map(({ event: { aggregateId, aggregateVersion } }) => ({
              aggregateId,
              aggregateVersion,
            })),
          }),
    },
  );
}

function refuseGap(share: AggregateShare, actualVersion: number): void {
  const expectedVersion = share.fromVersion - 1;
  if (expectedVersion === actualVersion) return;
  throw new VersionGapError(
    `${share.aggregateId} is at version ${actualVersion}, and the append begins at ${share.fromVersion}; ` +
      `number its events from ${actualVersion + 1}`,
    { aggregateId: share.aggregateId, expectedVersion, actualVersion },
  );
}
