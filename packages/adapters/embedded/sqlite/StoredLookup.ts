import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredPlace } from '@nexus/shared';
import type { WriteRequest } from './protocol.ts';

/** Looks up whether a write whose outcome is unknown has been stored. */
export class StoredLookup {
  readonly #place: StatementSync;
  readonly #revision: StatementSync;

  constructor(database: DatabaseSync) {
    this.#place = database.prepare('SELECT event_id, digest FROM events WHERE aggregate_id = ? AND version = ?');
    this.#place.setReturnArrays(true);
    this.#revision = database.prepare('SELECT revision FROM records WHERE key = ?');
    this.#revision.setReturnArrays(true);
  }

  placeAt(aggregateId: string, version: number): StoredPlace | undefined {
    const row = this.#place.get(aggregateId, version) as unknown as [string, string] | undefined;
    return row === undefined ? undefined : { eventId: row[0], digest: row[1] };
  }

  /** An append is known by its digests, a record by its revision, which no other write has. */
  isStored(request: WriteRequest): boolean {
    if (request.kind === 'append') {
      return request.rows.every(([aggregateId, version, , , , , digest]) => {
        return this.placeAt(aggregateId, version)?.digest === digest;
      });
    }
    const row = this.#revision.get(request.key) as unknown as [string] | undefined;
    return request.value === null ? row === undefined : row?.[0] === request.revision;
  }
}
