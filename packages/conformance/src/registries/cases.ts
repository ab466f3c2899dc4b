import assert from 'node:assert/strict';
import {
  type CompatibilityLevels,
  canonicalJson,
  digestOfText,
  type JsonObject,
  type RegisterOptions,
  type SchemaRegistry,
} from '@nexus/shared';
import { refusalOf } from '../bench/expectations.ts';
import type { RegistryHarness } from './registrySuite.ts';

/** One fact that holds for every registry. */
export interface RegistryCase {
  readonly name: string;
  /** Default: `BACKWARD` for every type. */
  readonly levels?: CompatibilityLevels;
  readonly needsReopen?: boolean;
  run(registry: SchemaRegistry, harness: RegistryHarness): Promise<void>;
}

const FIRST: JsonObject = {
  type: 'object',
  required: ['total'],
  properties: { total: { type: 'number' }, by: { type: 'string' } },
  additionalProperties: false,
};
/** Keeps BACKWARD and breaks FORWARD. */
const WIDER: JsonObject = { ...FIRST, required: [] };
/** Breaks BACKWARD and keeps FORWARD. */
const STRICTER: JsonObject = { ...FIRST, required: ['total', 'by'] };
const INCOMPATIBLE = 'SCHEMA_INCOMPATIBLE';

/** So that a synchronous refusal is one like any other. */
async function register(registry: SchemaRegistry, eventType: string, schema: JsonObject, version?: string) {
  return registry.register(eventType, schema, version === undefined ? {} : { version });
}

async function registerWith(registry: SchemaRegistry, options: RegisterOptions) {
  return registry.register('A', FIRST, options);
}

async function versionsOf(registry: SchemaRegistry, eventType: string): Promise<string[]> {
  return (await registry.listVersions(eventType)).map(({ version }) => version);
}

export const REGISTRY_CASES: readonly RegistryCase[] = [
  {
    name: 'knows no type before it is registered',
    async run(registry) {
      assert.equal(await registry.getSchema('A'), undefined);
      assert.equal(await registry.getSchema('A', '1'), undefined);
      assert.deepEqual(await registry.listVersions('A'), []);
      assert.deepEqual(await registry.listTypes(), []);
    },
  },
  {
    name: 'gives each version, and the latest where none is named',
    async run(registry) {
      await register(registry, 'A', FIRST);
      await register(registry, 'A', WIDER);

      assert.deepEqual((await registry.getSchema('A', '1'))?.schema, FIRST);
      assert.deepEqual((await registry.getSchema('A', '2'))?.schema, WIDER);
      assert.equal((await registry.getSchema('A'))?.version, '2');
      assert.deepEqual(await versionsOf(registry, 'A'), ['1', '2']);
    },
  },
  {
    name: 'names a version by the digest of its canonical JSON',
    async run(registry) {
      const { digest } = await register(registry, 'A', FIRST);

      assert.equal(digest, digestOfText(canonicalJson(FIRST)));
      assert.equal((await registry.getSchema('A'))?.digest, digest);
    },
  },
  {
    name: 'takes the same schema again for what it is, however its keys are ordered',
    async run(registry) {
      await register(registry, 'A', FIRST);

      const again = await register(registry, 'A', Object.fromEntries(Object.entries(FIRST).reverse()));

      assert.equal(again.version, '1');
      assert.deepEqual(await versionsOf(registry, 'A'), ['1']);
    },
  },
  {
    name: 'refuses the same schema with other rules, which it would leave out in silence',
    async run(registry) {
      await register(registry, 'A', FIRST);
      await registry.register('A', WIDER, { up: '$' });

      const again = await registry.register('A', WIDER, { up: ' $ ' });
      const other = async () => registry.register('A', WIDER, { up: '{}' });

      assert.equal(again.version, '2');
      await refusalOf(other(), 'INVALID_ARGUMENT');
    },
  },
  {
    name: 'never gives a version another text',
    async run(registry) {
      await register(registry, 'A', FIRST);

      await refusalOf(register(registry, 'A', WIDER, '1'), 'INVALID_ARGUMENT');

      assert.deepEqual((await registry.getSchema('A', '1'))?.schema, FIRST);
    },
  },
  {
    name: 'refuses a version that breaks BACKWARD, which is the default, and names the place',
    async run(registry) {
      await register(registry, 'A', FIRST);

      const error = await refusalOf(register(registry, 'A', STRICTER), INCOMPATIBLE);

      const { incompatibilities } = error.details as { incompatibilities: { pointer: string; remedy: string }[] };
      assert.match(incompatibilities[0]?.pointer ?? '', /required/);
      assert.notEqual(incompatibilities[0]?.remedy, '');
      assert.deepEqual(await versionsOf(registry, 'A'), ['1']);
    },
  },
  {
    name: 'takes the same version under FORWARD, and refuses there what breaks it',
    levels: { default: 'FORWARD' },
    async run(registry) {
      await register(registry, 'A', FIRST);

      await refusalOf(register(registry, 'A', WIDER), INCOMPATIBLE);
      await register(registry, 'A', STRICTER);

      assert.deepEqual(await versionsOf(registry, 'A'), ['1', '2']);
    },
  },
  {
    name: 'takes neither under FULL, and both under NONE',
    levels: { default: 'NONE', types: { A: 'FULL' } },
    async run(registry) {
      for (const type of ['A', 'B']) await register(registry, type, FIRST);

      for (const schema of [WIDER, STRICTER]) await refusalOf(register(registry, 'A', schema), INCOMPATIBLE);
      for (const schema of [WIDER, STRICTER]) await register(registry, 'B', schema);

      assert.deepEqual(await versionsOf(registry, 'A'), ['1']);
      assert.deepEqual(await versionsOf(registry, 'B'), ['1', '2', '3']);
    },
  },
  {
    name: 'looks at all earlier versions under a transitive level, and at the last one else',
    levels: { types: { A: 'BACKWARD', B: 'BACKWARD_TRANSITIVE' } },
    async run(registry) {
      const note = (type: string): JsonObject => ({ type: 'object', properties: { note: { type } } });
      const closed: JsonObject = { type: 'object', additionalProperties: false };
      for (const type of ['A', 'B'])
        await register(registry, type, { ...closed, properties: { note: { type: 'string' } } });
      for (const type of ['A', 'B']) {
        await register(registry, type, { ...closed, properties: { note: { type: ['string', 'number'] } } });
      }

      await refusalOf(register(registry, 'A', { ...note('number'), additionalProperties: false }), INCOMPATIBLE);
      await refusalOf(register(registry, 'B', { ...note('number'), additionalProperties: false }), INCOMPATIBLE);

      assert.deepEqual(await versionsOf(registry, 'B'), ['1', '2']);
    },
  },
  {
    name: 'finds the level of a type by its name, then by the longest prefix, then by default',
    levels: {
      default: 'FULL',
      prefixes: { 'order.': 'NONE', 'order.paid': 'FORWARD' },
      types: { 'order.placed': 'BACKWARD' },
    },
    async run(registry) {
      const levels = ['other', 'order.shipped', 'order.paid.late', 'order.placed'].map((type) =>
        registry.levelOf(type),
      );

      assert.deepEqual(levels, ['FULL', 'NONE', 'FORWARD', 'BACKWARD']);
    },
  },
  {
    name: 'says what it would register, and registers nothing',
    async run(registry) {
      const proposed = await registry.propose('A', FIRST);

      assert.equal(proposed.version, '1');
      assert.deepEqual(await registry.listVersions('A'), []);
    },
  },
  {
    name: 'refuses what is no schema, has a remote reference, or cannot be applied in linear time',
    async run(registry) {
      const unusable: JsonObject[] = [
        { type: 'strange' },
        { $ref: 'https://example.com/schema.json' },
        { properties: { a: { pattern: '^(a)\\1$' } } },
        { properties: { a: { type: 'array', uniqueItems: true } } },
        { $schema: 'http://json-schema.org/draft-04/schema#' },
      ];

      for (const schema of unusable) await refusalOf(register(registry, 'A', schema), 'INVALID_ARGUMENT');

      assert.deepEqual(await registry.listTypes(), []);
    },
  },
  {
    name: 'refuses what is no JSON object, and rules and examples that are none',
    async run(registry) {
      const misshapen = [null, true, [], 'object'] as unknown as JsonObject[];
      const options = [
        { up: {} },
        { examples: {} },
        { examples: [null] },
        { version: 2 },
      ] as unknown as RegisterOptions[];

      for (const schema of misshapen) await refusalOf(register(registry, 'A', schema), 'INVALID_ARGUMENT');
      for (const given of options) await refusalOf(registerWith(registry, given), 'INVALID_ARGUMENT');

      assert.deepEqual(await registry.listTypes(), []);
    },
  },
  {
    name: 'resolves references to its own schemas, and to no other',
    async run(registry) {
      await register(registry, 'Money', { type: 'object', required: ['amount'] });

      const { schema } = await register(registry, 'A', { properties: { total: { $ref: 'nexus:Money/1' } } });
      await refusalOf(
        register(registry, 'B', { properties: { total: { $ref: 'nexus:Nothing/1' } } }),
        'INVALID_ARGUMENT',
      );

      assert.match(JSON.stringify(schema), /"required":\["amount"\]/);
    },
  },
  {
    name: 'keeps event types of any kind apart',
    async run(registry) {
      const types = [
        'a',
        'A',
        'a/b',
        '../a',
        'é',
        'e\u0301',
        '__proto__',
        'constructor',
        'x'.repeat(1_000),
        `${'x'.repeat(1_000)}y`,
      ];

      for (const [index, type] of types.entries())
        await register(registry, type, { title: String(index), type: 'object' });

      const titles = await Promise.all(types.map(async (type) => (await registry.getSchema(type))?.schema.title));
      assert.deepEqual(
        titles,
        types.map((_, index) => String(index)),
      );
      assert.equal((await registry.listTypes()).length, types.length);
    },
  },
  {
    name: 'refuses an event type that no event can have',
    async run(registry) {
      for (const type of ['', '..', 'x'.repeat(1_025), '\ud800']) {
        await refusalOf(register(registry, type, FIRST), 'INVALID_ARGUMENT');
      }
    },
  },
  {
    name: 'keeps what is registered, and its being active, when it is opened anew under a stricter level',
    levels: { default: 'NONE' },
    needsReopen: true,
    async run(registry, harness) {
      await register(registry, 'A', FIRST);
      await register(registry, 'A', STRICTER);

      const reopened = await harness.reopen?.({ default: 'FULL_TRANSITIVE' });

      assert.deepEqual(await reopened?.getSchema('A'), await registry.getSchema('A'));
      assert.deepEqual((await reopened?.getSchema('A'))?.schema, STRICTER);
    },
  },
];
