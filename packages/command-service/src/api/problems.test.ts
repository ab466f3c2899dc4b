import { InMemoryEventStore } from '@nexus/adapters/embedded';
import {
  CorruptStoreError,
  GovernanceUnavailableError,
  type LoggerPort,
  type RecordedEvent,
  SILENT_LOGGER,
} from '@nexus/shared';
import { describe, expect, it } from 'vitest';
import { apiOn } from './testing/serving.ts';

/** Fails every read with the error it is given. */
class BrokenStore extends InMemoryEventStore {
  readonly #error: Error;

  constructor(error: Error) {
    super();
    this.#error = error;
  }

  // biome-ignore lint/correctness/useYield: it fails before the first event.
  override async *readAggregate(): AsyncGenerator<RecordedEvent> {
    throw this.#error;
  }
}

describe('an error that nobody expected', () => {
  it.each([
    ['a bug', new TypeError('secret is undefined')],
    ['a corrupt store', new CorruptStoreError('secret', { where: 'secret', found: 'secret' })],
  ])('is answered by its id only, and logged under it: %s', async (_case, error) => {
    const logged: object[] = [];
    const logger: LoggerPort = { ...SILENT_LOGGER, error: (fields) => logged.push(fields) };
    const api = await apiOn(new BrokenStore(error), { logger, newId: () => 'error-7' });

    const answer = await api.inject('/api/aggregates/order-1/events');

    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({
      type: '/errors/INTERNAL',
      code: 'INTERNAL',
      instance: 'error-7',
      details: {},
    });
    expect(answer.body).not.toContain('secret');
    expect(logged).toEqual([{ err: error, id: 'error-7', method: 'GET', route: '/api/aggregates/:id/events' }]);
  });
});

it('does not tell what a registry says of its own failure, and logs it', async () => {
  const logged: object[] = [];
  const logger: LoggerPort = { ...SILENT_LOGGER, error: (fields) => logged.push(fields) };
  const failure = new GovernanceUnavailableError('secret', {
    part: 'schema-registry',
    reason: 'https://user:secret@host',
  });
  const api = await apiOn(new BrokenStore(failure), { logger, newId: () => 'error-8' });

  const answer = await api.inject('/api/aggregates/order-1/events');

  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toMatchObject({
    code: 'GOVERNANCE_UNAVAILABLE',
    retryable: true,
    details: { part: 'schema-registry' },
    instance: 'error-8',
  });
  expect(answer.body).not.toContain('secret');
  expect(logged).toEqual([{ err: failure, id: 'error-8', method: 'GET', route: '/api/aggregates/:id/events' }]);
});

it('is a problem when there is no such route', async () => {
  const api = await apiOn(new InMemoryEventStore());

  const answer = await api.inject('/api/nothing?a=1');

  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.json()).toEqual({
    type: '/errors/ROUTE_NOT_FOUND',
    title: 'There is no such thing',
    status: 404,
    detail: 'There is no GET /api/nothing',
    code: 'ROUTE_NOT_FOUND',
    retryable: false,
    details: {},
  });
});

it.each([
  ['DELETE', '/api/events', 'POST, GET'],
  ['PUT', '/api/aggregates/order-1/events', 'GET'],
  ['HEAD', '/api/feed', 'GET'],
  ['POST', '/health/live', 'GET, HEAD'],
] as const)('is a problem with Allow when %s is not for %s', async (method, url, allow) => {
  const api = await apiOn(new InMemoryEventStore());

  const answer = await api.inject({ method, url, headers: { 'content-type': 'text/plain' } });

  expect(answer.statusCode).toBe(405);
  expect(answer.headers.allow?.toString().split(', ').sort()).toEqual(allow.split(', ').sort());
});

it('keeps caches and guessing browsers away from every answer', async () => {
  const api = await apiOn(new InMemoryEventStore());

  const answers = await Promise.all(
    ['/health/live', '/nothing', '/api/aggregates/%/events'].map((url) => api.inject(url)),
  );

  for (const { headers } of answers) {
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  }
});
