import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FuzzedApi, governance } from './testing/FuzzedApi.ts';
import { RAW_EXCHANGES } from './testing/rawExchanges.ts';
import { requestsOf } from './testing/requestsOf.ts';

const ROUNDS = [1, 2, 3, 4, 5];
const STATUSES = [200, 201, 400, 404, 405, 409];

describe.each([
  ['without rules', { rateLimiter: null }],
  ['governed by schemas and policies', governance()],
])('a service %s', (_case, options) => {
  it('answers whatever it is asked as it promises, and stores nothing that it refuses', async () => {
    const seen = new Set<number>();

    // A store of its own for each round, because all of it is read behind every request.
    for (const _round of ROUNDS) {
      const api = await FuzzedApi.open(options);
      await fc.assert(
        fc.asyncProperty(requestsOf(api.document), (request) => api.probe(request)),
        { numRuns: 300 },
      );
      for (const status of api.statuses.keys()) seen.add(status);
    }

    expect(STATUSES.filter((status) => !seen.has(status))).toEqual([]);
  });

  it('answers each request of a connection in its turn, whatever else comes with it', async () => {
    const api = await FuzzedApi.open(options);

    await fc.assert(
      fc.asyncProperty(RAW_EXCHANGES, (exchange) => api.exchange(exchange)),
      { numRuns: 800 },
    );

    expect((await api.store.verify()).events).toBeGreaterThan(0);
  });
});
