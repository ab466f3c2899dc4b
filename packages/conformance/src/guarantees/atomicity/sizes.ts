import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { canonicalEvent, type DomainEvent } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { holds, isClean, refusedWithoutTrace } from '../../bench/expectations.ts';
import { type ConformanceCase, onlyWhere } from '../../ConformanceCase.ts';

/** So many characters that pack to next to nothing. */
function packable(characters: number): string {
  return 'x'.repeat(characters);
}

/** So many characters that hardly pack. */
function unpackable(characters: number): string {
  return createHash('shake256', { outputLength: characters }).digest('base64').slice(0, characters);
}

/** An event whose canonical JSON has exactly so many bytes. */
function eventOfBytes(aggregateId: string, aggregateVersion: number, bytes: number, fill = packable): DomainEvent {
  const withText = (text: string) => eventOf(aggregateId, aggregateVersion, { payload: { text } });
  const empty = Buffer.byteLength(canonicalEvent(withText('')));
  return withText(fill(bytes - empty));
}

/** Events of one aggregate, of so many bytes together and at most so many each. */
function eventsOfBytes(aggregateId: string, bytes: number, eventBytesMax: number): DomainEvent[] {
  const count = Math.ceil(bytes / eventBytesMax);
  const share = Math.floor(bytes / count);
  return Array.from({ length: count }, (_, index) =>
    eventOfBytes(aggregateId, index + 1, index === 0 ? bytes - share * (count - 1) : share),
  );
}

const PARTS_TRIED_WHERE_UNLIMITED = 150;

const EVENTS_TRIED = 5_000;

export const SIZE_CASES: readonly ConformanceCase[] = [
  {
    id: '1.thousands-in-one-append',
    name: 'stores thousands of events in one append, as many as its bounds take, and leaves none out',
    async run(bench) {
      const { store } = await bench.open();
      const { appendBytesMax } = store.capabilities;
      const bytes = Buffer.byteLength(canonicalEvent(eventOf('a', EVENTS_TRIED)));
      const count = Math.min(EVENTS_TRIED, Math.floor(appendBytesMax / bytes));
      const events = eventsOf('a', 1, count);

      const { receipts } = await store.append(events);

      await holds(store, 'a', events);
      assert.deepEqual(receipts[0]?.shares, [{ aggregateId: 'a', fromVersion: 1, toVersion: count }]);
      assert.deepEqual(await store.getReceipt('a', count), receipts[0]);
      assert.deepEqual(await store.append(events), { replayed: true, receipts });
      await isClean(store);
    },
  },
  {
    id: '1.event-bytes-at-the-bound',
    name: 'takes an event of eventBytesMax bytes of canonical JSON, and refuses one of a byte more, however they pack',
    async run(bench) {
      const { store } = await bench.open();
      const { eventBytesMax } = store.capabilities;
      onlyWhere(Number.isFinite(eventBytesMax), 'capabilities.eventBytesMax is unlimited');
      const larger = eventOfBytes('b', 1, eventBytesMax + 1);

      for (const fill of [packable, unpackable]) {
        const largest = eventOfBytes(fill.name, 1, eventBytesMax, fill);
        await store.append([largest]);
        await holds(store, fill.name, [largest]);
      }

      const error = await refusedWithoutTrace(store, 'EVENT_TOO_LARGE', () => store.append([larger]));
      assert.equal((error.details as { bytes: number }).bytes, eventBytesMax + 1);
    },
  },
  {
    id: '1.append-bytes-at-the-bound',
    name: 'takes an append of appendBytesMax bytes of canonical JSON, and refuses one of a byte more',
    async run(bench) {
      const { store } = await bench.open();
      const { appendBytesMax, eventBytesMax } = store.capabilities;
      onlyWhere(Number.isFinite(appendBytesMax), 'capabilities.appendBytesMax is unlimited');
      const eventBytes = Math.min(eventBytesMax, Math.floor(appendBytesMax / 2));
      const largest = eventsOfBytes('a', appendBytesMax, eventBytes);

      await store.append(largest);

      await holds(store, 'a', largest);
      const larger = eventsOfBytes('b', appendBytesMax + 1, eventBytes);
      const error = await refusedWithoutTrace(store, 'APPEND_TOO_LARGE', () => store.append(larger));
      assert.deepEqual(error.details, { actual: appendBytesMax + 1, max: appendBytesMax, unit: 'bytes' });
    },
  },
  {
    id: '1.append-parts-at-the-bound',
    name: 'takes an append of appendPartsMax aggregates, and refuses one more',
    async run(bench) {
      const { store } = await bench.open();
      const { appendPartsMax, appendsAcrossAggregates } = store.capabilities;
      onlyWhere(appendsAcrossAggregates, 'capabilities.appendsAcrossAggregates is false');
      const parts = Math.min(appendPartsMax, PARTS_TRIED_WHERE_UNLIMITED);
      const append = (prefix: string, count: number) =>
        store.append(Array.from({ length: count }, (_, index) => eventOf(`${prefix}${index}`, 1)));

      await append('a', parts);

      for (let index = 0; index < parts; index++) assert.equal(await store.getVersion(`a${index}`), 1);
      if (appendPartsMax === Number.POSITIVE_INFINITY) return;
      const error = await refusedWithoutTrace(store, 'APPEND_TOO_LARGE', () => append('b', appendPartsMax + 1));
      assert.equal((error.details as { unit: string }).unit, 'parts');
    },
  },
];
