import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { DomainEvent } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { collect, contentOf, fill, isClean, placesOf } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

/** Ids in the order of their UTF-8 bytes, which is not that of their UTF-16 units. */
const IDS = ['A', 'a', 'aa', '\u00e9', '\uFF5E', '\u{1F600}'];

function digestOver(digests: readonly string[]): string {
  return `1:${createHash('sha256')
    .update(digests.map((digest) => `${digest}\n`).join(''))
    .digest('hex')}`;
}

export const WHOLE_STORE_CASES: readonly ConformanceCase[] = [
  {
    id: '5.export-in-feed-order',
    name: 'exports every event in the order in which they were appended',
    async run(bench) {
      const { store } = await bench.open();
      const order: DomainEvent[] = [];
      for (let version = 1; version <= 30; version++) {
        for (const id of ['z', 'a', 'm']) {
          const event = eventOf(id, version);
          await store.append([event]);
          order.push(event);
        }
      }

      assert.deepEqual(placesOf(await collect(store.exportEvents())), placesOf(order));
    },
  },
  {
    id: '5.export-is-whole',
    name: 'exports thousands of events, whole, as of when it began',
    async run(bench) {
      const { store } = await bench.open();
      for (let index = 0; index < 6; index++) await fill(store, `a${index}`, 500);
      let exported = 0;

      for await (const _ of store.exportEvents()) {
        if (exported++ === 0) await store.append([eventOf('late', 1)]);
      }

      assert.equal(exported, 3_000);
      assert.equal((await contentOf(store)).length, 3_001);
    },
  },
  {
    id: '5.export-stops',
    name: "ends an export when its reader leaves or with its signal's reason",
    async run(bench) {
      const { store } = await bench.open();
      await store.append(eventsOf('a', 1, 100));
      const reason = new TypeError('enough');
      const controller = new AbortController();

      for await (const event of store.exportEvents()) if (event.aggregateVersion === 2) break;
      const exporting = async () => {
        for await (const _ of store.exportEvents({ signal: controller.signal })) controller.abort(reason);
      };

      await assert.rejects(exporting(), (error) => error === reason);
      await store.append([eventOf('a', 101)]);
    },
  },
  {
    id: '5.content-digest',
    name: 'verifies clean, with the digest of the events by the bytes of their aggregate ids and by version',
    async run(bench) {
      const { store } = await bench.open();
      for (const id of IDS.toReversed()) await store.append(eventsOf(id, 1, 3));
      const digests: string[] = [];
      for (const id of IDS) digests.push(...(await store.getEvents(id)).map((event) => event.recorded.digest));

      const report = await store.verify();

      assert.deepEqual(report, {
        clean: true,
        events: 18,
        aggregates: 6,
        contentDigest: digestOver(digests),
        findings: [],
        findingsTotal: 0,
      });
    },
  },
  {
    id: '5.content-digest-of-other-groupings',
    name: 'gives equal content an equal digest, however, when and in which order it was appended',
    async run(bench) {
      const { store: one } = await bench.open();
      const { store: other } = await bench.open();
      await one.append(eventsOf('a', 1, 6));
      await one.append(eventsOf('b', 1, 2));
      bench.clock.advance(3_600_000);

      await other.append([eventOf('b', 1)]);
      for (let version = 1; version <= 6; version += 2) await other.append(eventsOf('a', version, version + 1));
      await other.append([eventOf('b', 2)]);

      assert.equal((await other.verify()).contentDigest, (await one.verify()).contentDigest);
      await isClean(other);
      await other.append([eventOf('b', 3)]);
      assert.notEqual((await other.verify()).contentDigest, (await one.verify()).contentDigest);
    },
  },
  {
    id: '5.verify-reads-all',
    name: 'verifies thousands of events, and tells how far it is',
    async run(bench) {
      const { store } = await bench.open();
      for (let index = 0; index < 3; index++) await fill(store, `a${index}`, 700);
      const progress: number[] = [];

      const report = await store.verify({ onProgress: (events) => progress.push(events) });

      assert.equal(report.events, 2_100);
      assert.equal(report.aggregates, 3);
      assert.equal(report.clean, true);
      assert.equal(progress.at(-1), 2_100);
    },
  },
];
