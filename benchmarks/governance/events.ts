import type { DomainEvent, Principal } from '@nexus/shared';

export const EVENT_TYPE = 'OrderPlaced';

/** Whom the three rules allow everything that {@link eventOf} makes by default. */
export const CLERK: Principal = { id: 'u-042', roles: ['clerk'], client: 'benchmark' };

export interface EventVariant {
  readonly total?: number;
  readonly currency?: string;
  readonly userId?: string;
  /** Of the last line. */
  readonly quantity?: number;
  readonly price?: number;
}

const LINES_BYTES_FROM = 150;
const LINE_BYTES = 75;

/** An order whose lines make its payload about so large. It was parsed from JSON, as a service receives it. */
export function eventOf(
  payloadBytes: number,
  aggregateId: string,
  aggregateVersion: number,
  { total = 129.5, currency = 'EUR', userId = CLERK.id, quantity = 2, price = 24.75 }: EventVariant = {},
): DomainEvent {
  const lines = Math.max(1, Math.round((payloadBytes - LINES_BYTES_FROM) / LINE_BYTES));
  const items = Array.from({ length: lines }, (_, index) => lineOf(index));
  items[items.length - 1] = { ...lineOf(lines), quantity, price };
  const payload = { customer: 'customer-000042', total, currency, note: 'Leave it at number 12, ring twice', items };
  const event: DomainEvent = {
    eventId: `${aggregateId}-${aggregateVersion}`,
    eventType: EVENT_TYPE,
    aggregateId,
    aggregateVersion,
    timestamp: '2026-01-01T00:00:00.000Z',
    payload: { ...payload, address: { street: 'Keizersgracht 1', city: 'Amsterdam' } },
    metadata: { correlationId: '0000042', userId },
  };
  return JSON.parse(JSON.stringify(event)) as DomainEvent;
}

function lineOf(index: number) {
  const sku = `sku-${String(index).padStart(6, '0')}`;
  return { sku, name: 'Tea towel, linen', quantity: 1 + (index % 9), price: 24.75 };
}

/** Events of one aggregate each, which no rule refuses. */
export function eventsOf(payloadBytes: number, count: number): DomainEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf(payloadBytes, `order-${index}`, 1));
}

export function payloadBytesOf({ payload }: DomainEvent): number {
  return Buffer.byteLength(JSON.stringify(payload));
}
