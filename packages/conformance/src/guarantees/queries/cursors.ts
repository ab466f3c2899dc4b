import assert from 'node:assert/strict';
import { type EventPage, type EventQuery, isNexusError, type RecordedEvent } from '@nexus/shared';
import { at, eventOf, eventsOf } from '../../bench/events.ts';
import { fill, placesOf, refusalOf } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const UNLIMITED = { rateLimiter: null };
const QUERY = { eventType: 'ThingHappened', startTime: at(-60_000), endTime: at(60_000) } as const;
const PAGES_MAX = 1_000;

/** Every page of a query; `between` runs after each but the last. */
async function pagesOf(
  store: ConformingStore,
  query: EventQuery,
  between: () => Promise<void> = async () => {},
): Promise<EventPage[]> {
  const pages: EventPage[] = [];
  let cursor: string | undefined;
  while (pages.length < PAGES_MAX) {
    const page = await store.queryEvents({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    if (page.cursor === undefined) return pages;
    assert.notEqual(page.cursor, cursor, 'the page does not advance');
    cursor = page.cursor;
    await between();
  }
  return assert.fail(`the query has no end after ${PAGES_MAX} pages`);
}

function eventsIn(pages: readonly EventPage[]): RecordedEvent[] {
  return pages.flatMap((page) => page.events);
}

export const CURSOR_CASES: readonly ConformanceCase[] = [
  {
    id: '5.pages-hold-everything-once',
    name: 'gives every event once over the pages, also where many have one timestamp',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      for (const id of ['\u{1F600}', '\uFF5E', 'a', 'b']) await store.append(eventsOf(id, 1, 5));
      await store.append(eventsOf('early', 1, 3, { timestamp: at(-1_000) }));
      const whole = await store.getEventsByTimeRange('ThingHappened', QUERY.startTime, QUERY.endTime, 100, 'client');
      assert.equal(whole.length, 23);

      for (const limit of [1, 2, 5, 22, 23, 24]) {
        const pages = await pagesOf(store, { ...QUERY, limit });
        assert.deepEqual(placesOf(eventsIn(pages)), placesOf(whole));
      }
    },
  },
  {
    id: '5.page-says-why-it-ends',
    name: 'gives a reason and a cursor where a page ends early, and neither on the last page',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      await store.append(eventsOf('a', 1, 3));

      const first = await store.queryEvents({ ...QUERY, limit: 2 });
      const last = await store.queryEvents({ ...QUERY, limit: 2, cursor: first.cursor as string });

      assert.deepEqual(first.partial, { reason: 'limit' });
      assert.equal(first.events.length, 2);
      assert.equal(last.partial, undefined);
      assert.equal(last.cursor, undefined);
      assert.equal(last.events.length, 1);
      for (const page of [first, last]) {
        assert.match(page.scannedThrough, /^\d{4}-\d\d-\d\dT/);
        assert.match(page.settledThrough, /^\d{4}-\d\d-\d\dT/);
      }
    },
  },
  {
    id: '5.pages-advance-past-what-does-not-match',
    name: 'finds rare events among thousands of another type, each page further on, and says of nothing that it is all',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const rare = { eventType: 'RareThingHappened' };
      for (let part = 0; part < 4; part++) {
        await fill(store, `many ${part}`, 500);
        await store.append([eventOf(`rare ${part}`, 1, { ...rare, timestamp: at(part) })]);
      }

      const pages = await pagesOf(store, { ...QUERY, ...rare, limit: 1 });

      assert.deepEqual(
        placesOf(eventsIn(pages)),
        [0, 1, 2, 3].map((part) => [`rare ${part}`, 1]),
      );
      const scanned = pages.map(({ scannedThrough }) => scannedThrough);
      assert.deepEqual(scanned, scanned.toSorted());
      assert.equal(scanned.at(-1), QUERY.endTime);
      const nothing = await store.queryEvents({ ...QUERY, eventType: 'NeverHappened' });
      assert.deepEqual(
        [nothing.events, nothing.cursor, nothing.partial, nothing.scannedThrough],
        [[], undefined, undefined, QUERY.endTime],
      );
    },
  },
  {
    id: '5.page-limits',
    name: 'takes limits of 1 to 10,000, and gives 1,000 events where none is said',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      await fill(store, 'a', 1_001);

      const page = await store.queryEvents(QUERY);

      assert.equal(page.events.length, 1_000);
      assert.equal((await store.queryEvents({ ...QUERY, limit: 10_000 })).events.length, 1_001);
      for (const limit of [0, 10_001, 1.5]) await refusalOf(store.queryEvents({ ...QUERY, limit }), 'INVALID_ARGUMENT');
    },
  },
  {
    id: '5.events-arriving-while-paging',
    name: 'gives, over the pages, every event from before the first page once and in order, whatever arrives meanwhile',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      await store.append(eventsOf('m', 1, 20));
      let arrivals = 0;

      const pages = await pagesOf(store, { ...QUERY, limit: 3 }, async () => {
        arrivals++;
        await store.append([eventOf(`a${arrivals}`, 1, { timestamp: at(-arrivals) })]);
        await store.append([eventOf(`z${arrivals}`, 1, { timestamp: at(arrivals) })]);
      });

      const places = placesOf(eventsIn(pages)).map((place) => JSON.stringify(place));
      assert.equal(new Set(places).size, places.length, 'an event was given twice');
      assert.deepEqual(
        places.filter((place) => place.startsWith('["m"')),
        placesOf(eventsOf('m', 1, 20)).map((place) => JSON.stringify(place)),
      );
    },
  },
  {
    id: '5.foreign-cursor',
    name: 'refuses a cursor of another query or another store, and a text that is none',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      const { store: other } = await bench.open(UNLIMITED);
      for (const one of [store, other]) await one.append(eventsOf('a', 1, 3));
      const { cursor } = await store.queryEvents({ ...QUERY, limit: 1 });
      assert.ok(cursor !== undefined);
      const refused = (at: ConformingStore, query: EventQuery) => refusalOf(at.queryEvents(query), 'CURSOR_INVALID');

      await refused(other, { ...QUERY, cursor });
      await refused(store, { ...QUERY, cursor, eventType: 'AnotherThingHappened' });
      await refused(store, { ...QUERY, cursor, startTime: at(-59_999) });
      await refused(store, { ...QUERY, cursor, endTime: at(59_999) });
      for (const text of ['', 'x', cursor.slice(0, -4), cursor.slice(4), `${cursor}${cursor}`, '\0', '\u{1F600}']) {
        await refused(store, { ...QUERY, cursor: text });
      }
    },
  },
  {
    id: '5.tampered-cursor',
    name: 'refuses a cursor in which any character was changed, or goes on from the very same place',
    async run(bench) {
      const { store } = await bench.open(UNLIMITED);
      for (const id of ['a', 'b', 'c', 'd']) await store.append(eventsOf(id, 1, 9));
      const { cursor } = await store.queryEvents({ ...QUERY, limit: 15 });
      assert.ok(cursor !== undefined);
      const rest = placesOf((await store.queryEvents({ ...QUERY, cursor })).events);

      for (let index = 0; index < cursor.length; index++) {
        const changed: string = cursor.slice(0, index) + (cursor[index] === 'A' ? 'B' : 'A') + cursor.slice(index + 1);
        const places: [string, number][] = await store.queryEvents({ ...QUERY, cursor: changed }).then(
          (page) => placesOf(page.events),
          (error) => (isNexusError(error, 'CURSOR_INVALID') ? rest : Promise.reject(error)),
        );
        assert.deepEqual(places, rest, `the change at ${index} leads elsewhere`);
      }
    },
  },
  {
    id: '5.cursor-outlives-the-instance',
    name: 'goes on from a cursor when it is opened anew',
    async run(bench) {
      const { store, reopen } = await bench.open(UNLIMITED);
      await store.append(eventsOf('a', 1, 3));
      const { cursor } = await store.queryEvents({ ...QUERY, limit: 1 });

      const again = await reopen();

      const page = await again.queryEvents({ ...QUERY, cursor: cursor as string });
      assert.deepEqual(placesOf(page.events), [
        ['a', 2],
        ['a', 3],
      ]);
    },
  },
];
