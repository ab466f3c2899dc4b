import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { canonicalEvent, type DomainEvent, type JsonObject, type JsonValue } from '@nexus/shared';
import { eventOf, eventWithPayload } from '../../bench/events.ts';
import { holds, isClean, refusedWithoutTrace } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const KEPT: JsonObject = {
  fractions: [0.1, 1 / 3, -2.5, 1e-7, 5e-324, 1.7976931348623157e308],
  integers: [0, -1, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 1e21],
  nothing: null,
  booleans: [true, false],
  empty: [{}, [], ''],
  strings: ['\0', '\u2028', 'caf\u00e9', 'cafe\u0301', '\u{1F600}', '"\\/', '\uFFFF', '2026-01-01', '1.0'],
  '': 'the empty key',
  'a.b/c~d': 'a key with separators',
};

/** So many texts of 1,000 bytes which no compression makes much smaller. */
function unpackableParts(count: number): string[] {
  return Array.from({ length: count }, (_, part) =>
    Array.from({ length: 24 }, (_, index) => createHash('sha256').update(`${part}/${index}`).digest('base64'))
      .join('')
      .slice(0, 1_000),
  );
}

/** Objects within objects, `levels` of them. */
function nested(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < levels; level++) value = { value };
  return value;
}

function withValue(value: unknown): DomainEvent {
  return eventWithPayload({ value: value as JsonValue });
}

const IMPOSSIBLE_VALUES: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  undefined,
  1n,
  Symbol('s'),
  () => 1,
  new Date(0),
  new Map(),
  new (class Price {
    amount = 1;
  })(),
  '\uD800',
  { 'key\uDC00': 1 },
  [1, undefined],
];

const IMPOSSIBLE_PAYLOADS: readonly unknown[] = [null, undefined, 'text', 1, [], [{}], new Date(0)];

export const PAYLOAD_CASES: readonly ConformanceCase[] = [
  {
    id: '0.payload-values-are-kept',
    name: 'keeps fractions, large integers, null and every string to the letter',
    async run(bench) {
      const { store } = await bench.open();

      await store.append([eventWithPayload(KEPT)]);

      await holds(store, 'payload', [eventWithPayload(KEPT)]);
      await isClean(store);
    },
  },
  {
    id: '0.key-order-is-kept',
    name: "keeps the client's order of keys in payload and metadata",
    async run(bench) {
      const { store } = await bench.open();
      const event = eventOf('order', 1, {
        payload: { zebra: 1, apple: { y: 1, x: 2 }, mango: [{ b: 1, a: 2 }] },
        metadata: { z: 1, userId: 'u', a: 2 },
      });

      await store.append([event]);

      await holds(store, 'order', [event]);
    },
  },
  {
    id: '0.prototype-keys-are-data',
    name: 'keeps __proto__, constructor and toString as keys like any other',
    async run(bench) {
      const { store } = await bench.open();
      const text = '{"__proto__":{"admin":true},"constructor":{"prototype":1},"toString":"x","hasOwnProperty":1}';
      const event = eventWithPayload(JSON.parse(text) as JsonObject);

      await store.append([event]);

      const [stored] = await store.getEvents('payload');
      assert.equal(JSON.stringify(stored?.payload), text);
      assert.equal(({} as Record<string, unknown>).admin, undefined);
    },
  },
  {
    id: '0.depth-at-its-bound',
    name: 'takes a payload of 64 levels and refuses one of 65',
    async run(bench) {
      const { store } = await bench.open();

      await store.append([eventWithPayload(nested(64))]);

      await holds(store, 'payload', [eventWithPayload(nested(64))]);
      const deeper = eventWithPayload(nested(65), 'deeper');
      await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([deeper]));
    },
  },
  {
    id: '0.impossible-values',
    name: 'refuses -0, NaN and whatever else JSON does not keep',
    async run(bench) {
      const { store } = await bench.open();
      const cyclic: Record<string, unknown> = {};
      cyclic.self = cyclic;

      for (const value of [...IMPOSSIBLE_VALUES, cyclic]) {
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([withValue(value)]));
      }
    },
  },
  {
    id: '0.impossible-payloads',
    name: 'refuses a payload that is no object',
    async run(bench) {
      const { store } = await bench.open();

      for (const payload of IMPOSSIBLE_PAYLOADS) {
        const event = eventOf('a', 1, { payload: payload as JsonObject });
        await refusedWithoutTrace(store, 'INVALID_EVENT', () => store.append([event]));
      }
    },
  },
  {
    id: '0.unknown-fields',
    name: 'refuses a field that no event has, and a missing one: nothing is filled in',
    async run(bench) {
      const { store } = await bench.open();
      const incomplete = Object.keys(eventOf('a', 1)).map((field) => {
        const { [field]: _, ...rest } = { ...eventOf('a', 1) } as Record<string, unknown>;
        return rest;
      });

      for (const event of [{ ...eventOf('a', 1), extra: 1 }, ...incomplete, null, 'event']) {
        const append = () => store.append([event as unknown as DomainEvent]);
        await refusedWithoutTrace(store, 'INVALID_EVENT', append);
      }
    },
  },
  {
    id: '0.large-payload',
    name: 'keeps a payload of up to 1 MiB whole',
    async run(bench) {
      const { store } = await bench.open();
      const { eventBytesMax, appendBytesMax } = store.capabilities;
      const characters = Math.min(1_048_576, eventBytesMax, appendBytesMax) - 1_000;
      const event = eventWithPayload({ text: 'x'.repeat(characters) });

      await store.append([event]);

      await holds(store, 'payload', [event]);
    },
  },
  {
    id: '0.payload-of-300-kb',
    name: 'keeps 300 KB that do not pack, to the letter, or refuses them where it takes no event of that size',
    async run(bench) {
      const { store } = await bench.open();
      const event = eventWithPayload({ parts: unpackableParts(300) });
      const bytes = Buffer.byteLength(canonicalEvent(event));

      if (bytes > Math.min(store.capabilities.eventBytesMax, store.capabilities.appendBytesMax)) {
        await refusedWithoutTrace(store, 'EVENT_TOO_LARGE', () => store.append([event]));
        return;
      }
      await store.append([event]);

      await holds(store, 'payload', [event]);
      await isClean(store);
    },
  },
  {
    id: '0.stored-events-are-copies',
    name: 'is not changed by what the caller does to its objects afterwards',
    async run(bench) {
      const { store } = await bench.open();
      const payload = { list: [1, 2] };
      const events = [eventWithPayload(payload)];

      const appending = store.append(events);
      payload.list.push(3);
      events.push(eventOf('other', 1));
      await appending;

      const stored = await store.getEvents('payload');
      Object.assign(stored[0]?.payload ?? {}, { list: [] });
      await holds(store, 'payload', [eventWithPayload({ list: [1, 2] })]);
      await holds(store, 'other', []);
    },
  },
  {
    id: '0.read-events-can-be-appended-elsewhere',
    name: 'takes events as another store gave them, and writes its own record of them',
    async run(bench) {
      const { store: source } = await bench.open();
      const { store: target } = await bench.open();
      await source.append([eventWithPayload(KEPT)]);
      bench.clock.advance(60_000);

      await target.append(await source.getEvents('payload'));

      await holds(target, 'payload', [eventWithPayload(KEPT)]);
      const [original] = await source.getEvents('payload');
      const [copy] = await target.getEvents('payload');
      assert.equal(copy?.recorded.digest, original?.recorded.digest);
      assert.ok((copy?.recorded.recordedAt ?? '') > (original?.recorded.recordedAt ?? ''));
    },
  },
];
