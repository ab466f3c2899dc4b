import type { DomainEvent } from '@nexus/shared';

export const EVENT_TYPES: readonly string[] = Array.from({ length: 10 }, (_, index) => `OrderEvent${index}`);

/** Time of the event with serial 0, in ms since 1970. */
export const START_MS: number = Date.parse('2026-01-01T00:00:00.000Z');

/** One event of 265 bytes of payload and 44 of metadata. The `serial` decides its type and time. */
export function eventOf(aggregateId: string, aggregateVersion: number, serial: number): DomainEvent {
  return {
    eventId: `${aggregateId}-${aggregateVersion}`,
    eventType: EVENT_TYPES[serial % EVENT_TYPES.length] as string,
    aggregateId,
    aggregateVersion,
    timestamp: new Date(START_MS + serial * 1_000).toISOString(),
    payload: {
      customer: 'customer-000042',
      total: 129.5,
      currency: 'EUR',
      items: [
        { sku: 'sku-1001', quantity: 2, price: 24.75 },
        { sku: 'sku-1002', quantity: 1, price: 80 },
      ],
      note: 'Leave it at number 12, and ring twice',
      address: { street: 'Keizersgracht 1', city: 'Amsterdam' },
    },
    metadata: { correlationId: serial.toString(36).padStart(7, '0'), userId: 'u-042' },
  };
}

/** Events of one aggregate, versions from `fromVersion` on. */
export function eventsOf(aggregateId: string, fromVersion: number, count: number, serial: number): DomainEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf(aggregateId, fromVersion + index, serial + index));
}
