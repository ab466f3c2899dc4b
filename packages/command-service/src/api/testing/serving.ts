import type { DomainEvent, EventStorePort } from '@nexus/shared';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import { type ApiOptions, createApi, listen } from '../index.ts';

/** An event that keeps every rule. */
export function eventOf(aggregateId: string, aggregateVersion: number, fields: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: `event-${aggregateVersion}`,
    eventType: 'OrderPlaced',
    aggregateId,
    aggregateVersion,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload: { total: 12 },
    metadata: {},
    ...fields,
  };
}

/** Events of one aggregate from version 1 on, appended in groups. */
export async function appendMany(store: EventStorePort, aggregateId: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => eventOf(aggregateId, index + 1));
  for (let start = 0; start < count; start += 500) await store.append(events.slice(start, start + 500));
}

/** An api that is closed when the test ends. */
export async function apiOn(store: EventStorePort, options: Omit<ApiOptions, 'store'> = {}): Promise<FastifyInstance> {
  const api = await createApi({ store, ...options });
  onTestFinished(() => api.close());
  return api;
}

/** An api that listens on a free port. */
export async function serve(
  store: EventStorePort,
  options: Omit<ApiOptions, 'store'> = {},
): Promise<{ api: FastifyInstance; url: string }> {
  const api = await apiOn(store, options);
  return { api, url: await listen(api, { port: 0 }) };
}

/** `POST /api/events` without a socket. */
export function post(api: FastifyInstance, payload: unknown): Promise<LightMyRequestResponse> {
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  return api.inject({ method: 'POST', url: '/api/events', headers: { 'content-type': 'application/json' }, body });
}
