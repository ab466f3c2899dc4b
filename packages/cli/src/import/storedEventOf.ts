import type { DomainEvent, JsonObject } from '@nexus/shared';
import { RowError } from '../errors.ts';
import type { ImportEvent } from './ImportRow.ts';

/**
 * An event as `export` writes it: keeps its id, version and time. Only what the import itself needs is looked at; all
 * else is left to the store's own rules. `recorded` is left out: each store writes its own.
 *
 * @throws RowError
 */
export function storedEventOf({ recorded, ...given }: JsonObject): ImportEvent {
  const { eventId, aggregateVersion, ...event } = given;
  if (typeof eventId !== 'string') throw missing('eventId', 'a string');
  if (typeof event.aggregateId !== 'string') throw missing('aggregateId', 'a string');
  if (!Number.isSafeInteger(aggregateVersion)) throw missing('aggregateVersion', 'an integer from 1');
  return { event: event as unknown as DomainEvent, eventId, version: aggregateVersion as number };
}

function missing(field: string, expected: string): RowError {
  return new RowError(`The event's ${field} must be ${expected}; nothing fills it in`, {
    rule: 'event',
    column: field,
  });
}
