import assert from 'node:assert/strict';
import { InMemorySchemaRegistry, type JsonObject, type SchemaValidationError } from '@nexus/shared';
import { eventOf } from '../../bench/events.ts';
import { holds, isClean, refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderRegistry, STRICTER_ORDER_SCHEMA } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

const INVALID = 'SCHEMA_VALIDATION_FAILED';

const PATTERN_MS_MAX = 5_000;

/** A registry whose orders have this amount. */
function registryWith(amount: JsonObject): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register('OrderPlaced', { type: 'object', required: ['amount'], properties: { amount } });
  return registry;
}

export const SCHEMA_CASES: readonly ConformanceCase[] = [
  {
    id: '8.schema-validation-true',
    name: 'stores what its schema allows, and says in the receipt which schema that was',
    async run(bench) {
      const registry = orderRegistry();
      const { store } = await bench.open({ schemaRegistry: registry });
      assert.equal(store.capabilities.schemaValidation, true);

      const { receipts } = await store.append([orderOf('a', 1, 10)]);

      const schema = await registry.getSchema('OrderPlaced');
      assert.deepEqual(receipts[0]?.schemas, [
        { eventType: 'OrderPlaced', outcome: 'valid', version: '1', digest: schema?.digest },
      ]);
      assert.deepEqual((await store.getReceipt('a', 1))?.schemas, receipts[0]?.schemas);
      assert.equal((await store.getEvents('a'))[0]?.recorded.schemaVersion, '1');
    },
  },
  {
    id: '8.schema-validation-false',
    name: 'checks no payload where there is no registry or validation is switched off, and says so',
    async run(bench) {
      const options = [{}, { schemaRegistry: orderRegistry(), enableSchemaValidation: false }];

      for (const one of options) {
        const { store } = await bench.open(one);
        const { receipts } = await store.append([orderOf('a', 1, 'ten')]);

        assert.equal(store.capabilities.schemaValidation, false);
        assert.deepEqual(receipts[0]?.schemas, []);
        assert.equal((await store.getEvents('a'))[0]?.recorded.schemaVersion, undefined);
      }
    },
  },
  {
    id: '8.validation-without-registry',
    name: 'does not open where validation is asked for and there is no registry',
    async run(bench) {
      await refusalOf(bench.open({ enableSchemaValidation: true }), 'CONFIGURATION');
    },
  },
  {
    id: '8.invalid-payload',
    name: 'stores nothing of a payload that its schema forbids, and names event and field',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry() });

      const error = await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('a', 1, -5)]));

      const { details, kind } = error as SchemaValidationError;
      assert.equal(kind, 'invalid');
      assert.deepEqual(Object.keys(details).sort(), ['errors', 'eventId', 'eventType']);
      assert.equal(details.eventType, 'OrderPlaced');
      assert.equal(details.eventId, 'a@1');
      assert.match(details.errors[0] ?? '', /amount/);
    },
  },
  {
    id: '8.integers-are-numbers-without-a-fraction',
    name: 'takes whole numbers where a schema says integer, however they are written, and refuses fractions and texts',
    async run(bench) {
      const schemaRegistry = registryWith({ type: 'integer' });
      const { store } = await bench.open({ schemaRegistry });
      const whole = [5, 5.0, -3, 0, 2 ** 53, 1e21];

      for (const [index, amount] of whole.entries()) await store.append([orderOf('a', index + 1, amount)]);

      assert.equal(await store.getVersion('a'), whole.length);
      for (const amount of [5.5, '5', null, true]) {
        await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('b', 1, amount)]));
      }
    },
  },
  {
    id: '8.patterns-are-linear',
    name: 'checks a pattern that stops others for seconds in no time, and refuses what does not match it',
    async run(bench) {
      const schemaRegistry = registryWith({ type: 'string', pattern: '^(a+)+$' });
      const { store } = await bench.open({ schemaRegistry });
      const hostile = `${'a'.repeat(5_000)}!`;

      await store.append([orderOf('a', 1, 'a'.repeat(5_000))]);
      const began = performance.now();
      await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('a', 2, hostile)]));

      assert.ok(performance.now() - began < PATTERN_MS_MAX);
    },
  },
  {
    id: '8.one-invalid-refuses-all',
    name: 'stores nothing of a batch in which one payload is invalid, be it the last',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry() });
      const events = [orderOf('a', 1, 1), orderOf('a', 2, 2), orderOf('a', 3, 'three')];

      const error = await refusedWithoutTrace(store, INVALID, () => store.append(events));

      const { violations } = error as SchemaValidationError;
      assert.deepEqual(
        violations.map(({ eventIndex, pointer, keyword }) => ({ eventIndex, pointer, keyword })),
        [{ eventIndex: 2, pointer: '/payload/amount', keyword: 'type' }],
      );
      await store.append([orderOf('a', 1, 1)]);
      await isClean(store);
    },
  },
  {
    id: '8.unknown-refused',
    name: 'stores nothing of a type or version that the registry does not know',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry() });
      const unknownVersion = orderOf('a', 1, 1, { metadata: { schemaVersion: 9 } });

      await refusedWithoutTrace(store, INVALID, () => store.append([eventOf('a', 1)]));
      await refusedWithoutTrace(store, INVALID, () => store.append([unknownVersion]));
    },
  },
  {
    id: '8.unknown-allowed',
    name: 'stores an unknown type where told to, and says so in the receipt',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry(), unknownTypes: 'allow' });

      const { receipts } = await store.append([eventOf('a', 1)]);

      await holds(store, 'a', [eventOf('a', 1)]);
      assert.deepEqual(receipts[0]?.schemas, [{ eventType: 'ThingHappened', outcome: 'unknown-allowed' }]);
      await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('b', 1, 'ten')]));
    },
  },
  {
    id: '8.unknown-version-of-a-known-type',
    name: 'refuses a version that there is not of a type that there is, also where unknown types are allowed',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry(), unknownTypes: 'allow' });
      const evading = orderOf('a', 1, 'ten', { metadata: { schemaVersion: 9 } });

      await refusedWithoutTrace(store, INVALID, () => store.append([evading]));
    },
  },
  {
    id: '8.named-version',
    name: 'checks against the version that an event names, and against the latest where it names none',
    async run(bench) {
      const registry = orderRegistry();
      registry.register('OrderPlaced', STRICTER_ORDER_SCHEMA);
      const { store } = await bench.open({ schemaRegistry: registry });
      const named = [1, '1'].map((schemaVersion, index) => orderOf('a', index + 1, 1, { metadata: { schemaVersion } }));

      await store.append(named);

      await holds(store, 'a', named);
      assert.deepEqual(
        (await store.getEvents('a')).map((event) => event.recorded.schemaVersion),
        ['1', '1'],
      );
      await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('a', 3, 1)]));
      await store.append([orderOf('a', 3, 1, { payload: { amount: 1, currency: 'EUR' } })]);
      assert.equal((await store.getEvents('a', 3))[0]?.recorded.schemaVersion, '2');
    },
  },
  {
    id: '8.refused-before-conflict',
    name: 'refuses an invalid append as invalid, also where it would conflict as well',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry() });
      await store.append([orderOf('a', 1, 1)]);

      await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('a', 1, 'x', { eventId: 'stale' })]));
      await refusedWithoutTrace(store, INVALID, () => store.append([orderOf('a', 9, 'x')]));
    },
  },
];
