import { type Commit, DuplicateEventIdError, type StoredPlace, type StoredState } from '@nexus/shared';

/** Which event is where: what an append is judged by, at once and without waiting. */
export class EventPlaces implements StoredState {
  readonly #places = new Map<string, StoredPlace[]>();
  readonly #byEventId = new Map<string, { readonly aggregateId: string; readonly aggregateVersion: number }>();

  versionOf(aggregateId: string): number {
    return this.#places.get(aggregateId)?.length ?? 0;
  }

  placeAt(aggregateId: string, aggregateVersion: number): StoredPlace | undefined {
    return this.#places.get(aggregateId)?.[aggregateVersion - 1];
  }

  /** @throws DuplicateEventIdError */
  refuseDuplicates({ events }: Commit): void {
    for (const { event } of events) {
      const place = this.#byEventId.get(event.eventId);
      if (place === undefined) continue;
      const message = `Event id ${event.eventId} is already in the store; give each event its own`;
      throw new DuplicateEventIdError(message, { eventId: event.eventId, ...place });
    }
  }

  add({ events }: Commit): void {
    for (const { event, digest } of events) {
      const { eventId, aggregateId, aggregateVersion } = event;
      const places = this.#places.get(aggregateId);
      if (places === undefined) this.#places.set(aggregateId, [{ eventId, digest }]);
      else places.push({ eventId, digest });
      if (!this.#byEventId.has(eventId)) this.#byEventId.set(eventId, { aggregateId, aggregateVersion });
    }
  }
}
