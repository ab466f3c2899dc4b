import assert from 'node:assert/strict';
import type { EventMetadata, JsonObject } from '@nexus/shared';
import { eventOf } from '../../bench/events.ts';
import { holds, refusedWithoutTrace } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const IMPOSSIBLE_METADATA: readonly unknown[] = [
  { $trace: 'x' },
  { $: 1 },
  { nexus: 1 },
  { nexusReceipt: 1 },
  { correlationId: 5 },
  { causationId: null },
  { userId: {} },
  { schemaVersion: 0 },
  { schemaVersion: 1.5 },
  { schemaVersion: '' },
  { own: Number.NaN },
  { own: -0 },
  { own: '\uD800' },
  { '\uD800': 1 },
  null,
  [],
  'text',
];

export const METADATA_CASES: readonly ConformanceCase[] = [
  {
    id: '0.metadata-is-kept',
    name: "keeps the known keys of metadata and the client's own",
    async run(bench) {
      const { store } = await bench.open();
      const metadata: EventMetadata = {
        correlationId: 'c',
        causationId: 'd',
        userId: 'u',
        schemaVersion: '2026-01',
        own: { nested: [1, null] },
        Nexus: 'another case',
        a$b: true,
        __proto: 1,
      };

      await store.append([eventOf('a', 1, { metadata }), eventOf('a', 2, { metadata: { schemaVersion: 7 } })]);

      await holds(store, 'a', [eventOf('a', 1, { metadata }), eventOf('a', 2, { metadata: { schemaVersion: 7 } })]);
    },
  },
  {
    id: '0.nothing-is-added-to-metadata',
    name: 'adds nothing to metadata, and gives its own record beside it',
    async run(bench) {
      const { store } = await bench.open();
      bench.clock.freeze('2026-03-01T12:00:00.000Z');

      await store.append([eventOf('a', 1)]);

      const [event] = await store.getEvents('a');
      assert.deepEqual(event?.metadata, {});
      assert.equal(event?.recorded.recordedAt, '2026-03-01T12:00:00.000Z');
      assert.match(event?.recorded.digest ?? '', /^1:[0-9a-f]{64}$/);
    },
  },
  {
    id: '0.digest-is-canonical',
    name: 'gives the event the SHA-256 of its RFC 8785 text',
    async run(bench) {
      const { store } = await bench.open();

      await store.append([eventOf('order-1', 1, { payload: { z: 1, a: 'é' } })]);

      const [event] = await store.getEvents('order-1');
      assert.equal(event?.recorded.digest, DIGEST_OF_SAMPLE);
    },
  },
  {
    id: '0.out-of-order-is-recorded',
    name: 'records that an import added events behind newer ones, and only where told',
    async run(bench) {
      const { store } = await bench.open();

      await store.append([eventOf('a', 1)]);
      await store.append([eventOf('a', 2)], { outOfOrder: true });

      const events = await store.getEvents('a');
      assert.deepEqual(
        events.map((event) => event.recorded.outOfOrder),
        [undefined, true],
      );
    },
  },
  {
    id: '0.impossible-metadata',
    name: 'refuses keys that start with $ or nexus, and known keys of another type',
    async run(bench) {
      const { store } = await bench.open();

      for (const metadata of IMPOSSIBLE_METADATA) {
        const event = eventOf('a', 1, { metadata: metadata as JsonObject });
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([event]));
      }
    },
  },
];

/** Made with the canonical text written out by hand and `sha256sum`. */
const DIGEST_OF_SAMPLE = '1:e470c26f25b8e16ad0be933911c453e786929083e8ab5beadd030a9e3d5a969b';
