import type { DomainEvent, JsonObject } from '@nexus/shared';
import { SUITE_START } from './SuiteClock.ts';

/** A timestamp `ms` after the suite's start. */
export function at(ms: number): string {
  return new Date(Date.parse(SUITE_START) + ms).toISOString();
}

/** A valid event; `fields` replace its own. */
export function eventOf(aggregateId: string, aggregateVersion: number, fields: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: `${aggregateId}@${aggregateVersion}`,
    eventType: 'ThingHappened',
    aggregateId,
    aggregateVersion,
    timestamp: at(0),
    payload: { version: aggregateVersion },
    metadata: {},
    ...fields,
  };
}

/** Valid events of one aggregate, from version to version, both inclusive. */
export function eventsOf(
  aggregateId: string,
  fromVersion: number,
  toVersion: number,
  fields: Partial<DomainEvent> = {},
): DomainEvent[] {
  const count = toVersion - fromVersion + 1;
  return Array.from({ length: count }, (_, index) => eventOf(aggregateId, fromVersion + index, fields));
}

/** A valid event with this payload. */
export function eventWithPayload(payload: JsonObject, aggregateId = 'payload'): DomainEvent {
  return eventOf(aggregateId, 1, { payload });
}
