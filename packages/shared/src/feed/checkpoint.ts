import type { EventJournal, StoreIdentity } from '../ports/EventJournal.ts';
import { CheckpointInvalidError } from '../types/errors.ts';

/** A place in the feed: behind the event at `position`, which has this digest. */
export interface FeedPlace {
  readonly position: string;
  readonly digest: string;
}

/** Where a consumer stands: before the first event, or behind one. */
export type ConsumerPlace = FeedPlace | 'start';

const VERSION = 1;

/** The opaque text of a place, bound to the store and its epoch. */
export function encodeCheckpoint({ storeId, epoch }: StoreIdentity, { position, digest }: FeedPlace): string {
  return Buffer.from(JSON.stringify([VERSION, storeId, epoch, position, digest])).toString('base64url');
}

/**
 * The place that a checkpoint names, proved to be one of this store.
 *
 * @throws CheckpointInvalidError
 */
export async function resolveCheckpoint(checkpoint: string, journal: EventJournal): Promise<FeedPlace> {
  const [version, storeId, epoch, position, digest] = parse(checkpoint);
  const isCheckpoint = version === VERSION && typeof position === 'string' && typeof digest === 'string';
  if (!isCheckpoint) throw invalid('is malformed');
  const identity = await journal.identity();
  if (storeId !== identity.storeId) throw invalid('belongs to another store');
  if (epoch !== identity.epoch) throw invalid('was given before the store was restored from a backup');
  return provePlace({ position, digest }, journal);
}

/**
 * A place whose event is still what it was.
 *
 * @throws CheckpointInvalidError
 */
export async function provePlace(place: FeedPlace, journal: EventJournal): Promise<FeedPlace> {
  const digest = await journal.feedDigestAt(place.position);
  if (digest === undefined) throw invalid("lies beyond the feed's end");
  if (digest !== place.digest) throw invalid('names a place that holds another event');
  return place;
}

function parse(checkpoint: string): readonly unknown[] {
  try {
    const content: unknown = JSON.parse(Buffer.from(checkpoint, 'base64url').toString('utf8'));
    return Array.isArray(content) ? content : [];
  } catch {
    return [];
  }
}

function invalid(rule: string): CheckpointInvalidError {
  const message = `The checkpoint ${rule}; choose a new place to begin from, 'start' or 'now'`;
  return new CheckpointInvalidError(message, { rule });
}
