import assert from 'node:assert/strict';
import { at, eventsOf } from '../../bench/events.ts';
import { refusalOf } from '../../bench/expectations.ts';
import { SUITE_START } from '../../bench/SuiteClock.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const QUERY = { eventType: 'ThingHappened', startTime: at(0), endTime: at(0) } as const;
const LIMIT = 10;
const WINDOW_MS = 60_000;

function query(store: ConformingStore, clientId: string): Promise<unknown> {
  return store.getEventsByTimeRange(QUERY.eventType, QUERY.startTime, QUERY.endTime, 10, clientId);
}

async function refusedFor(store: ConformingStore, clientId: string): Promise<number> {
  const error = await refusalOf(query(store, clientId), 'RATE_LIMITED');
  assert.equal(error.kind, 'limited');
  assert.equal(error.retryable, true);
  return (error.details as { retryAfterMs: number }).retryAfterMs;
}

export const RATE_LIMIT_CASES: readonly ConformanceCase[] = [
  {
    id: '5.ten-queries-a-minute',
    name: 'takes 10 temporal queries of a client, refuses the next, and says when to come back',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);
      for (let count = 0; count < LIMIT; count++) {
        await query(store, 'client');
        bench.clock.advance(1_000);
      }

      assert.equal(await refusedFor(store, 'client'), WINDOW_MS - LIMIT * 1_000);
      bench.clock.advance(WINDOW_MS - LIMIT * 1_000 - 1);
      assert.equal(await refusedFor(store, 'client'), 1);
      bench.clock.advance(1);
      await query(store, 'client');
      assert.equal(await refusedFor(store, 'client'), 1_000);
    },
  },
  {
    id: '5.no-edge-between-windows',
    name: 'takes 10 queries in any 60 s: an edge between two windows lets no more through',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);
      await query(store, 'client');
      bench.clock.advance(WINDOW_MS - 2);
      for (let count = 1; count < LIMIT; count++) await query(store, 'client');

      bench.clock.advance(2);
      await query(store, 'client');

      for (let count = 0; count < 9; count++) await refusedFor(store, 'client');
      bench.clock.advance(WINDOW_MS - 3);
      await refusedFor(store, 'client');
      bench.clock.advance(1);
      await query(store, 'client');
    },
  },
  {
    id: '5.clock-set-back-locks-nobody-out',
    name: 'keeps no client waiting for as long as the clock was set back',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);
      for (let count = 0; count < LIMIT; count++) await query(store, 'client');

      bench.clock.setBack(60 * WINDOW_MS);
      for (let count = 0; count < LIMIT; count++) await query(store, 'client');

      assert.equal(await refusedFor(store, 'client'), WINDOW_MS);
    },
  },
  {
    id: '5.clients-are-counted-apart',
    name: 'counts each client by itself',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);

      for (const client of ['a', 'b', 'A']) {
        for (let count = 0; count < LIMIT; count++) await query(store, client);
      }

      for (const client of ['a', 'b', 'A']) await refusedFor(store, client);
      await query(store, 'c');
    },
  },
  {
    id: '5.pages-count',
    name: 'counts every page of a query, and one without a client as anonymous',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze(SUITE_START);
      await store.append(eventsOf('a', 1, 20));
      let cursor: string | undefined;

      for (let count = 0; count < LIMIT; count++) {
        const page = await store.queryEvents({ ...QUERY, limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        cursor = page.cursor;
      }

      assert.ok(cursor !== undefined);
      await refusalOf(store.queryEvents({ ...QUERY, limit: 1, cursor }), 'RATE_LIMITED');
      await refusedFor(store, 'anonymous');
      bench.clock.advance(WINDOW_MS);
      const page = await store.queryEvents({ ...QUERY, limit: 1, cursor });
      assert.equal(page.events[0]?.aggregateVersion, LIMIT + 1);
    },
  },
  {
    id: '5.other-reads-are-not-limited',
    name: 'limits no other read, and nothing where the limit is switched off',
    async run(bench) {
      const { store } = await bench.open();
      const { store: unlimited } = await bench.open({ rateLimiter: null });
      await store.append(eventsOf('a', 1, 3));

      for (let count = 0; count < 3 * LIMIT; count++) {
        await store.getEvents('a');
        await store.getReceipt('a', 1);
        await query(unlimited, 'client');
      }
    },
  },
];
