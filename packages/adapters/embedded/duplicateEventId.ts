import { DuplicateEventIdError } from '@nexus/shared';

/** What an append is told whose event id the store already holds, at the named place. */
export function duplicateEventId(
  eventId: string,
  { aggregateId, aggregateVersion }: { readonly aggregateId: string; readonly aggregateVersion: number },
): DuplicateEventIdError {
  const message = `Event id ${eventId} is already in the store, at version ${aggregateVersion} of ${aggregateId}; give each event its own`;
  return new DuplicateEventIdError(message, { eventId, aggregateId, aggregateVersion });
}
