import assert from 'node:assert/strict';
import type { ReadForm, RecordedEvent, SchemaRegistryPort, UpcastError } from '@nexus/shared';
import type { Bench } from '../../bench/Bench.ts';
import { at } from '../../bench/events.ts';
import { EvolvingOrders, firstOrderOf, POISON } from '../../bench/evolvingOrders.ts';
import { collect, contentOf, isClean, refusalOf, sameEvents } from '../../bench/expectations.ts';
import { orderOf } from '../../bench/orders.ts';
import { Recorder, subscribe } from '../../bench/Recorder.ts';
import { eventually, nextTurn } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const RANGE = { eventType: 'OrderPlaced', startTime: at(0), endTime: at(60_000) };

/** The events of `a` by every way that leads to them, by its name. */
async function everyRead(store: ConformingStore, form: ReadForm): Promise<Record<string, readonly RecordedEvent[]>> {
  const { eventType, startTime, endTime } = RANGE;
  const recorder = new Recorder();
  const count = await store.getVersion('a');
  const subscription = subscribe(store, recorder, { from: 'start', ...form });
  await recorder.untilHandled(count);
  await subscription.close();
  const backward = await collect(store.readAggregate('a', { direction: 'backward', ...form }));
  return {
    getEvents: await store.getEvents('a', 1, undefined, form),
    readAggregate: await collect(store.readAggregate('a', form)),
    backward: backward.reverse(),
    getEventsByTimeRange: await store.getEventsByTimeRange(eventType, startTime, endTime, 100, 'reader', form),
    queryEvents: (await store.queryEvents({ ...RANGE, clientId: 'pager', ...form })).events,
    subscribeToStream: recorder.handled,
    ...(store.capabilities.eventIdIndex ? { findByEventId: await store.findByEventId('a@1', form) } : {}),
  };
}

async function openWithOrders(bench: Bench) {
  const registry = new EvolvingOrders();
  const opened = await bench.open({ schemaRegistry: registry });
  return { registry, ...opened };
}

export const EVOLUTION_CASES: readonly ConformanceCase[] = [
  {
    id: '8.lifted-on-every-read',
    name: 'serves a payload in the latest version of its schema, whichever way it is read',
    async run(bench) {
      const { store } = await openWithOrders(bench);
      const order = firstOrderOf('a', 1, 5, { metadata: { schemaVersion: '1', correlationId: 'c' } });
      await store.append([order]);
      const [stored] = await store.getEvents('a', 1, 1, { upcast: false });
      assert.ok(stored !== undefined);

      for (const [way, events] of Object.entries(await everyRead(store, {}))) {
        const recorded: RecordedEvent['recorded'] = { ...stored.recorded, upcastTo: '3' };
        assert.deepEqual(events, [{ ...stored, payload: { total: 5, currency: 'EUR' }, recorded }], way);
      }
      assert.equal(stored.recorded.schemaVersion, '1');
    },
  },
  {
    id: '8.stored-form-on-request',
    name: 'serves a payload as it was appended where its reader asks for that, whichever way it is read',
    async run(bench) {
      const { store } = await openWithOrders(bench);
      await store.append([firstOrderOf('a', 1, 5)]);

      for (const [way, events] of Object.entries(await everyRead(store, { upcast: false }))) {
        sameEvents(events, [firstOrderOf('a', 1, 5)]);
        assert.equal(events[0]?.recorded.upcastTo, undefined, way);
      }
    },
  },
  {
    id: '8.lifted-through-every-version',
    name: 'lifts each event from its own version on, one rule after the other, and leaves the newest as they are',
    async run(bench) {
      const { store } = await openWithOrders(bench);
      const second = { amount: 2, currency: 'USD' };
      const third = { total: 3, currency: 'GBP' };
      await store.append([
        firstOrderOf('a', 1, 1),
        orderOf('a', 2, 0, { payload: second, metadata: { schemaVersion: '2' } }),
        orderOf('a', 3, 0, { payload: third }),
      ]);

      const events = await store.getEvents('a');

      assert.deepEqual(
        events.map(({ payload, recorded }) => [payload, recorded.schemaVersion, recorded.upcastTo]),
        [
          [{ total: 1, currency: 'EUR' }, '1', '3'],
          [{ total: 2, currency: 'USD' }, '2', '3'],
          [third, '3', undefined],
        ],
      );
      assert.deepEqual(
        events.map(({ aggregateVersion }) => aggregateVersion),
        [1, 2, 3],
      );
    },
  },
  {
    id: '8.lifting-stores-nothing',
    name: 'exports, verifies, repeats and copies the stored form, whatever rules lift it',
    async run(bench) {
      const { store } = await openWithOrders(bench);
      const orders = [firstOrderOf('a', 1, 5), firstOrderOf('a', 2, 6)];
      const { receipts } = await store.append(orders);
      const { contentDigest } = await store.verify();
      const content = await contentOf(store);

      await everyRead(store, {});
      const exported = await collect(store.exportEvents());
      const copy = (await openWithOrders(bench)).store;
      await copy.append(exported);

      sameEvents(exported, orders);
      assert.ok(exported.every(({ recorded }) => recorded.upcastTo === undefined));
      assert.deepEqual(await contentOf(store), content);
      assert.deepEqual(await store.append(orders), { replayed: true, receipts });
      await isClean(store);
      assert.equal((await store.verify()).contentDigest, contentDigest);
      assert.equal((await copy.verify()).contentDigest, contentDigest);
    },
  },
  {
    id: '8.failing-rule-refuses-the-read',
    name: 'refuses a read that holds a payload which no rule can lift, names it, and still reads the stored form',
    async run(bench) {
      const { registry, store } = await openWithOrders(bench);
      await store.append([firstOrderOf('a', 1, 1), firstOrderOf('a', 2, POISON), firstOrderOf('a', 3, 3)]);
      registry.isBroken = true;

      for (const read of [
        store.getEvents('a'),
        collect(store.readAggregate('a')),
        store.queryEvents(RANGE),
        store.getEventsByTimeRange('OrderPlaced', at(0), at(1), 10, 'reader'),
      ]) {
        const { details, message } = (await refusalOf(read, 'UPCAST_FAILED')) as UpcastError;
        const { reason, ...place } = details;
        assert.deepEqual(place, {
          eventType: 'OrderPlaced',
          aggregateId: 'a',
          aggregateVersion: 2,
          from: '1',
          to: '3',
        });
        assert.match(reason, /a broken rule/);
        assert.match(message, /upcast: false/);
      }
      assert.equal((await store.getEvents('a', 1, 1)).length, 1);
      assert.equal((await store.getEvents('a', 1, undefined, { upcast: false })).length, 3);
      await isClean(store);
    },
  },
  {
    id: '8.failing-rule-parks-in-the-feed',
    name: 'parks an aggregate whose payload no rule can lift, as one that the handler fails on, and resumes it once mended',
    async run(bench) {
      const { registry, store } = await openWithOrders(bench);
      registry.isBroken = true;
      const amounts = [1, POISON, 3];
      for (const [index, amount] of amounts.entries()) {
        await store.append([firstOrderOf('a', index + 1, amount)]);
        await store.append([firstOrderOf('b', index + 1, 7)]);
      }
      const recorder = new Recorder();

      const subscription = subscribe(store, recorder, { consumer: 'billing' });
      await recorder.until(() => recorder.versionsOf('b').length === 3, 'the delivery of the other aggregate');

      const [parked] = await subscription.parked();
      assert.deepEqual(recorder.versionsOf('a'), [1]);
      assert.equal(parked?.aggregateVersion, 2);
      assert.equal(parked?.attempts, 2);
      assert.match(parked?.error ?? '', /a broken rule/);
      registry.isBroken = false;
      await subscription.retry('a');
      await recorder.until(() => recorder.versionsOf('a').length === 3, 'the delivery of the parked aggregate');
      assert.deepEqual(
        recorder.handled.filter(({ aggregateId }) => aggregateId === 'a').map(({ payload }) => payload.total),
        amounts,
      );
      await eventually(async () => (await subscription.parked()).length === 0, 'the end of parking');
    },
  },
  {
    id: '8.feed-waits-for-the-registry',
    name: 'waits in the feed for a registry that is away, and parks nothing',
    async run(bench) {
      const registry = new EvolvingOrders();
      let isAway = true;
      let asked = 0;
      const listVersions: SchemaRegistryPort['listVersions'] = async (eventType) => {
        asked++;
        if (isAway) throw new TypeError('the registry is away');
        return registry.listVersions(eventType);
      };
      const getSchema: SchemaRegistryPort['getSchema'] = (eventType, version) => registry.getSchema(eventType, version);
      const { store } = await bench.open({ schemaRegistry: { getSchema, listVersions } });
      for (const aggregateId of ['a', 'b', 'c']) await store.append([firstOrderOf(aggregateId, 1, 5)]);
      bench.clock.freeze();
      const recorder = new Recorder();

      const subscription = subscribe(store, recorder, { consumer: 'billing' });
      for (let waits = 1; waits <= 5; waits++) {
        await eventually(() => asked >= waits, `question ${waits} to the registry`);
        await nextTurn();
        bench.clock.advance(1_000);
      }
      isAway = false;
      await eventually(() => {
        bench.clock.advance(1_000);
        return recorder.handled.length === 3;
      }, 'the delivery of what waited');

      assert.deepEqual(await subscription.parked(), []);
      assert.deepEqual(
        recorder.handled.map(({ payload }) => payload.total),
        [5, 5, 5],
      );
    },
  },
  {
    id: '8.checkpoints-outlive-rules',
    name: 'goes on behind a checkpoint that was given out under other rules',
    async run(bench) {
      const { registry, store } = await openWithOrders(bench);
      await store.append([firstOrderOf('a', 1, 1), firstOrderOf('a', 2, POISON), firstOrderOf('a', 3, 3)]);
      const lifting = new Recorder();
      const first = subscribe(store, lifting, { from: 'start' });
      await lifting.untilHandled(3);
      await first.close();
      const checkpoint = lifting.calls[0]?.context.checkpoint;
      assert.ok(checkpoint !== undefined);
      registry.isBroken = true;

      const stored = new Recorder();
      subscribe(store, stored, { from: checkpoint, upcast: false });
      await stored.untilHandled(2);

      sameEvents(stored.handled, [firstOrderOf('a', 2, POISON), firstOrderOf('a', 3, 3)]);
    },
  },
  {
    id: '8.read-as-an-older-version',
    name: 'serves a payload in the version that its reader asks for, down by rules as well as up',
    async run(bench) {
      const { store } = await openWithOrders(bench);
      await store.append([firstOrderOf('a', 1, 1), orderOf('a', 2, 0, { payload: { total: 2, currency: 'EUR' } })]);

      for (const [way, events] of Object.entries(await everyRead(store, { readAs: { OrderPlaced: '2' } }))) {
        const expected = [1, 2].map((amount) => ({ amount, currency: 'EUR' }));
        assert.deepEqual(
          events.map(({ payload }) => payload),
          expected.slice(0, events.length),
          way,
        );
        assert.ok(events.every(({ recorded }) => recorded.upcastTo === '2'));
      }
      const oldest = await store.getEvents('a', 1, undefined, { readAs: { OrderPlaced: '1' } });
      assert.deepEqual(
        oldest.map(({ payload, recorded }) => [payload, recorded.upcastTo]),
        [
          [{ amount: 1 }, undefined],
          [{ amount: 2 }, '1'],
        ],
      );
      await refusalOf(store.getEvents('a', 1, 1, { readAs: { OrderPlaced: '9' } }), 'UPCAST_FAILED');
    },
  },
  {
    id: '8.upcasters-of-the-store',
    name: 'lifts by the rules that the store was opened with, also where no registry lists any',
    async run(bench) {
      const { store } = await bench.open({
        upcasters: [{ eventType: 'OrderPlaced', from: '1', to: '2', up: ({ amount = 0 }) => ({ total: amount }) }],
      });

      await store.append([firstOrderOf('a', 1, 5), firstOrderOf('a', 2, 6, { metadata: {} })]);

      assert.deepEqual(
        (await store.getEvents('a')).map(({ payload, recorded }) => [payload, recorded.upcastTo]),
        [
          [{ total: 5 }, '2'],
          [{ amount: 6 }, undefined],
        ],
      );
    },
  },
  {
    id: '8.impossible-forms',
    name: 'refuses to read in a form that is none or contradicts itself',
    async run(bench) {
      const { store } = await bench.open();
      const forms = [{ upcast: 'no' }, { readAs: ['1'] }, { readAs: { A: 1 } }, { upcast: false, readAs: { A: '1' } }];

      for (const form of forms as ReadForm[]) {
        await refusalOf(store.getEvents('a', 1, 1, form), 'INVALID_ARGUMENT');
        await refusalOf(collect(store.readAggregate('a', form)), 'INVALID_ARGUMENT');
        await refusalOf(store.queryEvents({ ...RANGE, ...form }), 'INVALID_ARGUMENT');
        assert.throws(() => subscribe(store, new Recorder(), form), { code: 'INVALID_ARGUMENT' });
      }
    },
  },
];
