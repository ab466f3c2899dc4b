import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FuzzedApi, governance } from './testing/FuzzedApi.ts';
import { RAW_EXCHANGES } from './testing/rawExchanges.ts';
import { requestsOf } from './testing/requestsOf.ts';

describe.each([
  ['without rules', { rateLimiter: null }],
  ['governed by schemas and policies', governance()],
])('a service %s', (_case, options) => {
  it('answers whatever it is asked as it promises, and stores nothing that it refuses', async () => {
    const api = await FuzzedApi.open(options);

    await fc.assert(
      fc.asyncProperty(requestsOf(api.document), (request) => api.probe(request)),
      { numRuns: 150 },
    );

    expect([200, 201, 400].filter((status) => !api.statuses.has(status))).toEqual([]);
  });

  it('answers each request of a connection in its turn, whatever else comes with it', async () => {
    const api = await FuzzedApi.open(options);

    await fc.assert(
      fc.asyncProperty(RAW_EXCHANGES, (exchange) => api.exchange(exchange)),
      { numRuns: 40 },
    );

    expect((await api.store.verify()).events).toBeGreaterThan(0);
  });
});
