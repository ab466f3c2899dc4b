import assert from 'node:assert/strict';
import { canonicalJson, digestOfText, type JsonObject, type PolicyPort, type SchemaRegistryPort } from '@nexus/shared';
import { eventOf } from '../../bench/events.ts';
import { refusalOf, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderRegistry } from '../../bench/orders.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';

/** Longer than one record takes. */
const LONG = `rules of all kinds: ${'é😀"\\'.repeat(30_000)}`;

function registryOf(schema: JsonObject, inactive?: string): SchemaRegistryPort {
  const digest = digestOfText(canonicalJson(schema));
  const registered = { eventType: 'ThingHappened', version: '1', digest, schema };
  return { getSchema: async () => (inactive === undefined ? registered : { ...registered, inactive }) };
}

function policyWith(text: string | undefined): PolicyPort {
  const decision = {
    decision: 'allow',
    engine: 'kept',
    revision: digestOfText(LONG),
    matched: [],
    denials: [],
  } as const;
  return { decide: () => decision, source: () => text };
}

export const KEPT_RULES_CASES: readonly ConformanceCase[] = [
  {
    id: '8.rules-are-kept',
    name: 'keeps the text of the schema and the policies that a receipt names, by their digests',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: orderRegistry(), policy: policyWith(LONG) });

      const { receipts } = await store.append([orderOf('a', 1, 1)]);

      const { schemas = [], policy } = receipts[0] ?? {};
      const schema = await orderRegistry().getSchema('OrderPlaced');
      assert.equal(await store.findRules(schemas[0]?.digest ?? ''), canonicalJson(schema?.schema ?? {}));
      assert.equal(await store.findRules(policy?.revision ?? ''), LONG);
      assert.equal(await store.findRules(digestOfText('other rules')), undefined);
    },
  },
  {
    id: '8.kept-rules-survive',
    name: 'has the rules of a receipt when it is opened anew, without rules',
    async run(bench) {
      const { store, reopen } = await bench.open({ policy: policyWith(LONG) });
      await store.append([eventOf('a', 1)]);

      const reopened = await reopen({});

      assert.equal(await reopened.findRules(digestOfText(LONG)), LONG);
    },
  },
  {
    id: '8.engine-without-a-text',
    name: 'takes an engine that gives no text of its policies, and keeps none',
    async run(bench) {
      const { store } = await bench.open({ policy: policyWith(undefined) });

      await store.append([eventOf('a', 1)]);

      assert.equal(await store.findRules(digestOfText(LONG)), undefined);
    },
  },
  {
    id: '8.text-of-another-revision',
    name: 'stores nothing where the text of the policies does not have the digest that names it',
    async run(bench) {
      const { store } = await bench.open({ policy: policyWith('other rules') });

      await refusedWithoutTrace(store, 'GOVERNANCE_UNAVAILABLE', () => store.append([eventOf('a', 1)]));
    },
  },
  {
    id: '8.version-keeps-its-text',
    name: 'stores nothing under a version whose text has changed since its first use, in whatever instance',
    async run(bench) {
      const { store, reopen } = await bench.open({ schemaRegistry: registryOf({ type: 'object' }) });
      await store.append([eventOf('a', 1)]);

      const reopened = await reopen({ schemaRegistry: registryOf({ type: 'object', title: 'changed' }) });

      const error = await refusedWithoutTrace(reopened, 'GOVERNANCE_UNAVAILABLE', () =>
        reopened.append([eventOf('a', 2)]),
      );
      assert.match(error.message, /changed after use/);
    },
  },
  {
    id: '8.inactive-version',
    name: 'stores nothing under a version that is not active, though its schema allows the payload',
    async run(bench) {
      const { store } = await bench.open({ schemaRegistry: registryOf({ type: 'object' }, 'it breaks BACKWARD') });
      const event = eventOf('a', 1, { metadata: { schemaVersion: 1 } });

      await refusedWithoutTrace(store, 'SCHEMA_VALIDATION_FAILED', () => store.append([event]));

      const error = await refusalOf(store.append([event]), 'SCHEMA_VALIDATION_FAILED');
      assert.match(error.message, /\/metadata\/schemaVersion names version 1 .* not active: it breaks BACKWARD/);
    },
  },
];
