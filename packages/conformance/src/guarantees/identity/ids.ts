import assert from 'node:assert/strict';
import type { DomainEvent } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, holds, isClean, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

/** Ids that a store may not mix up, fold, cut or trip over. */
const ODD_IDS: readonly string[] = [
  'plain',
  'PLAIN',
  'a/b',
  'a%2Fb',
  'a#b',
  'a|b',
  'a:b',
  'a?b&c=d',
  'a\\b',
  "a'b",
  'a"b',
  'a\0b',
  'a\0c',
  'a',
  ' a',
  'a ',
  'a\nb',
  '...',
  '../a',
  '$a',
  'nexus-a',
  '__proto__',
  'constructor',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1F600}',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\uFEFFa',
  '\uFF5E',
  '0',
  '00',
  'null',
];

/** A text of so many bytes of UTF-8, most of them in characters of two. */
function textOfBytes(bytes: number): string {
  return '\u00e9'.repeat(Math.floor(bytes / 2)) + 'x'.repeat(bytes % 2);
}

const NAME_FIELDS = ['eventId', 'eventType', 'aggregateId', 'aggregateType'] as const;

const BYTES_MAX = { eventId: 1_600, eventType: 1_024, aggregateId: 1_600, aggregateType: 1_024 } as const;

function named(field: (typeof NAME_FIELDS)[number], value: string): DomainEvent {
  return { ...eventOf('plain', 1, { eventId: 'one' }), [field]: value };
}

export const ID_CASES: readonly ConformanceCase[] = [
  {
    id: '0.odd-ids-are-distinct-aggregates',
    name: 'keeps ids with slashes, NUL, emoji, combining characters and other case apart',
    async run(bench) {
      const { store } = await bench.open();

      for (const id of ODD_IDS) await store.append([eventOf(id, 1, { payload: { id } })]);

      for (const id of ODD_IDS) await holds(store, id, [eventOf(id, 1, { payload: { id } })]);
      assert.equal((await contentOf(store)).length, ODD_IDS.length);
      await isClean(store);
    },
  },
  {
    id: '0.odd-ids-work-in-one-append',
    name: 'stores odd event ids, types and aggregate types as they are',
    async run(bench) {
      const { store } = await bench.open();
      const events = ODD_IDS.map((text, index) =>
        eventOf('odd', index + 1, { eventId: text, eventType: text, aggregateType: text }),
      );

      await store.append(events);

      await holds(store, 'odd', events);
    },
  },
  {
    id: '0.names-at-their-bound',
    name: 'takes ids of 1,600 and types of 1,024 bytes of UTF-8, and keeps those apart that differ at their end',
    async run(bench) {
      const { store } = await bench.open();
      const aggregateId = textOfBytes(BYTES_MAX.aggregateId);
      const event = eventOf(aggregateId, 1, {
        eventId: textOfBytes(BYTES_MAX.eventId),
        eventType: textOfBytes(BYTES_MAX.eventType),
        aggregateType: textOfBytes(BYTES_MAX.aggregateType),
      });

      await store.append([event]);

      await holds(store, aggregateId, [event]);
      assert.notEqual(await store.getReceipt(aggregateId, 1), undefined);
      const neighbour = eventOf(`${aggregateId.slice(0, -1)}zz`, 1, { eventId: 'neighbour' });
      await store.append([neighbour]);
      await holds(store, neighbour.aggregateId, [neighbour]);
      await holds(store, aggregateId, [event]);
    },
  },
  {
    id: '0.names-past-their-bound',
    name: 'refuses a name of one byte too many, however few characters it has',
    async run(bench) {
      const { store } = await bench.open();

      for (const field of NAME_FIELDS) {
        const event = named(field, textOfBytes(BYTES_MAX[field] + 1));
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([event]));
      }
    },
  },
  {
    id: '0.impossible-names',
    name: 'refuses names that are empty, . or .., or hold half of a surrogate pair',
    async run(bench) {
      const { store } = await bench.open();

      for (const value of ['', '.', '..', '\uD800', 'a\uDC00b', '\uDC00\uD800']) {
        for (const field of NAME_FIELDS) {
          await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([named(field, value)]));
        }
      }
    },
  },
  {
    id: '0.impossible-names-in-reads',
    name: 'refuses to read an aggregate whose id no aggregate can have',
    async run(bench) {
      const { store } = await bench.open();

      for (const id of ['', '.', '\uD800', textOfBytes(1_601)]) {
        await refusalOf(store.getEvents(id), 'INVALID_ARGUMENT');
        await refusalOf(store.getVersion(id), 'INVALID_ARGUMENT');
        await refusalOf(store.getReceipt(id, 1), 'INVALID_ARGUMENT');
      }
    },
  },
  {
    id: '0.event-ids-unique-in-an-append',
    name: 'refuses two events of one append with the same id',
    async run(bench) {
      const { store } = await bench.open();

      const append = () => store.append(eventsOf('twins', 1, 2, { eventId: 'twin' }));

      await refusedWithoutTrace(store, 'INVALID_EVENT', append);
    },
  },
  {
    id: '0.event-ids-repeat-across-appends',
    name: 'takes the same event id in another aggregate and at another version',
    async run(bench) {
      const { store } = await bench.open();

      await store.append([eventOf('one', 1, { eventId: 'e' })]);
      await store.append([eventOf('two', 1, { eventId: 'e' })]);
      await store.append([eventOf('one', 2, { eventId: 'e' })]);

      await holds(store, 'one', eventsOf('one', 1, 2, { eventId: 'e' }));
      await holds(store, 'two', eventsOf('two', 1, 1, { eventId: 'e' }));
    },
  },
  {
    id: '0.impossible-versions',
    name: 'refuses versions that are no integer from 1',
    async run(bench) {
      const { store } = await bench.open();
      const versions = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, undefined];

      for (const version of versions) {
        const event = { ...eventOf('a', 1), aggregateVersion: version } as unknown as DomainEvent;
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([event]));
      }
    },
  },
  {
    id: '0.versions-ascend-within-an-append',
    name: 'refuses versions that descend, repeat or leave a gap within an append',
    async run(bench) {
      const { store } = await bench.open();

      for (const versions of [
        [2, 1],
        [1, 3],
        [1, 2, 2],
      ]) {
        const events = versions.map((version, index) => eventOf('a', version, { eventId: `e${index}` }));
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append(events));
      }
    },
  },
];
