import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileSchema, type JsonObject, type JsonValue, type RegisteredSchema } from '@nexus/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchemaInference } from './SchemaInference.ts';
import { ORDER_PLACED, register } from './testing/registered.ts';
import { typesOf } from './typesOf.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const NAMES = ['a', 'b', 'c'];

/** Payloads whose keys, and some of whose values, are such texts. */
function objects(text: fc.Arbitrary<string>): fc.Arbitrary<JsonObject> {
  const { object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>(null, true, 0, -1.5, 1e300, 'x', 'y'),
      text,
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  }));
  return object;
}

/** Schemas of objects with most of what the types know to express. */
function documents(): fc.Arbitrary<JsonObject> {
  const { schema, object } = fc.letrec<{ schema: JsonValue; object: JsonObject }>((tie) => {
    const list = fc.array(tie('schema'), { minLength: 1, maxLength: 2 });
    const combined = fc.record({ anyOf: list, oneOf: list, allOf: list }, { requiredKeys: [] });
    const properties = fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 3 });
    const more = fc.oneof(fc.boolean(), tie('schema'));
    const keywords = fc.record(
      {
        properties,
        required: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 }),
        additionalProperties: more,
        patternProperties: fc.record({ '^a': tie('schema') }),
        unevaluatedProperties: fc.boolean(),
      },
      { requiredKeys: ['properties'] },
    );
    const array = fc.record(
      { type: fc.constant('array'), items: more, prefixItems: list, minItems: fc.nat(2) },
      { requiredKeys: ['type'] },
    );
    return {
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<JsonValue>(
          { type: 'string' },
          { type: ['number', 'null'] },
          { enum: ['a', 0, null] },
          true,
          {},
        ),
        fc.constantFrom<JsonValue>({ $ref: '#/$defs/one' }, { $ref: '#/$defs/two' }, { minLength: 1 }, { const: 'x' }),
        tie('object'),
        array,
        combined,
      ),
      object: fc
        .tuple(keywords, fc.oneof(fc.constant({}), combined), fc.constantFrom({ type: 'object' }, {}))
        .map((parts) => Object.assign({}, ...parts) as JsonObject),
    };
  });
  return fc
    .record({ root: object, one: schema, two: schema })
    .map(({ root, one, two }) => ({ ...root, $defs: { one, two } }))
    .filter(isUsable);
}

/** Not every circle of references can be compiled. */
function isUsable(schema: JsonObject): boolean {
  try {
    compileSchema(schema);
    return true;
  } catch {
    return false;
  }
}

describe('the written types', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-types-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const HOSTILE = 'it\'s */ `$x`\n\u2028 "q" \\ é';
  const schemas = register({
    OrderPlaced: ORDER_PLACED,
    OrderPaid: {
      type: 'object',
      required: ['method'],
      properties: { method: { enum: ['card', 'bank'] }, tree: { $ref: '#/$defs/tree' } },
      additionalProperties: false,
      $defs: {
        tree: {
          type: 'object',
          required: ['next'],
          properties: { next: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] } },
        },
        __proto: { $ref: '#' },
      },
    },
    [HOSTILE]: {
      type: 'object',
      description: HOSTILE,
      required: [HOSTILE],
      properties: {
        [HOSTILE]: { const: HOSTILE },
        constructor: { type: 'array', prefixItems: [{ enum: [[1, { a: 'b' }], {}] }] },
      },
    },
    'all of': {
      allOf: [{ $ref: '#/$defs/a' }, { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] }],
      unevaluatedProperties: false,
      $defs: { a: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } },
    },
  });

  /** On one line: to the compiler, U+2028 begins another. */
  const quoted = (text: string): string => JSON.stringify(text).replaceAll('\u2028', '\\u2028');

  function compile(program: string, types: readonly RegisteredSchema[] = schemas): string[] {
    writeFileSync(join(folder, 'events.ts'), typesOf(types));
    writeFileSync(join(folder, 'program.ts'), program);
    const compilerOptions = {
      noEmit: true,
      composite: false,
      incremental: false,
      declaration: false,
      isolatedDeclarations: false,
      allowImportingTsExtensions: true,
      tsBuildInfoFile: null,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    };
    const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files: ['program.ts', 'events.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  }

  /** As a program writes a value. In a literal, `__proto__` without brackets is no property. */
  function literal(value: JsonValue): string {
    if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
    if (typeof value === 'string') return quoted(value);
    if (typeof value !== 'object' || value === null) return String(value);
    return `{ ${Object.entries(value)
      .map(([key, one]) => `[${quoted(key)}]: ${literal(one)}`)
      .join(', ')} }`;
  }

  it('let right appends compile, and point at wrong ones', () => {
    const append = (eventType: string, payload: string): string =>
      `await store.append([{ ...event, eventType: ${quoted(eventType)}, payload: ${payload} }]);`;
    const hostile = quoted(HOSTILE);
    const right = [
      append('OrderPlaced', "{ customer: 'ada', lines: [{ sku: 'x', count: 1 }, { sku: 'y' }], note: null }"),
      append('OrderPaid', "{ method: 'card', tree: { next: { next: null, more: 1 } } }"),
      append(HOSTILE, `{ [${hostile}]: ${hostile}, constructor: [[1, { a: 'b' }], 'more'], other: 1 } as const`),
      append('all of', "{ a: 1, b: 'x' }"),
      "const [read] = await store.getEvents('a'); if (read?.eventType === 'OrderPaid') read.payload.method satisfies 'card' | 'bank';",
    ];
    const wrong = [
      append('OrderPlaced', "{ customer: 'ada' }"),
      append('OrderPlaced', "{ customer: 'ada', lines: [], total: 3 }"),
      append('OrderPlaced', '{ customer: 3, lines: [] }'),
      append('OrderPaid', "{ method: 'cash' }"),
      append('OrderPaid', "{ method: 'card', tree: { next: { next: 3 } } }"),
      append(HOSTILE, '{}'),
      append('all of', '{ a: 1, b: 2 }'),
      append('Unknown', '{}'),
    ];
    const head = [
      "import type { EventStorePort } from '@nexus/shared';",
      "import type { Events } from './events.ts';",
      'declare const store: EventStorePort<Events>;',
      "const event = { eventId: 'e', aggregateId: 'a', aggregateVersion: 1, timestamp: '', metadata: {} };",
    ];

    const faults = compile([...head, ...right, ...wrong].join('\n'));

    const lines = new Set(faults.map((fault) => /program\.ts\((\d+),/.exec(fault)?.[1] ?? fault));
    expect([...lines]).toEqual(wrong.map((_, index) => String(head.length + right.length + 1 + index)));
  }, 60_000);

  /** What the compiler has against the payloads, each as one of the type at the same index. */
  function faultsIn(types: readonly JsonObject[], payloads: readonly (readonly JsonObject[])[]): string[] {
    const lines = payloads.flatMap((all, index) =>
      all.map((payload) => `(${literal(payload)}) satisfies Events['t${index}'];`),
    );
    const program = ["import type { Events } from './events.ts';", ...lines].join('\n');
    return compile(
      program,
      types.map((schema, index) => ({ eventType: `t${index}`, version: '1', digest: '', schema })),
    );
  }

  it('take every payload that the schema has been inferred from', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 4 }), fc.constantFrom('a', 'b', '*/'));
    const payloads = fc.sample(fc.array(objects(text), { minLength: 1, maxLength: 6 }), 60);
    const schemas = payloads.map((all) => {
      const inference = new SchemaInference({ enumSeenMin: 2, mapKeysMin: 4, valuesMin: 1 });
      for (const payload of all) inference.add('any', payload);
      return inference.schemaOf('any');
    });

    expect(faultsIn(schemas, payloads)).toEqual([]);
  }, 60_000);

  it('take every payload that the schema allows', () => {
    const pairs = fc.sample(fc.tuple(documents(), fc.array(objects(fc.constantFrom(...NAMES)), { minLength: 30 })), {
      numRuns: 25,
      seed: 5,
    });
    const valid = pairs.map(([schema, payloads]) => {
      const check = compileSchema(schema);
      return payloads.filter((payload) => check(payload).length === 0).slice(0, 6);
    });

    const faults = faultsIn(
      pairs.map(([schema]) => schema),
      valid,
    );

    expect(faults).toEqual([]);
    expect(valid.filter((payloads) => payloads.length > 0).length).toBeGreaterThan(5);
  }, 60_000);

  it('are formatted as the formatter of this repository would', () => {
    const { OrderPlaced, Long } = {
      OrderPlaced: ORDER_PLACED,
      Long: {
        type: 'object',
        properties: {
          choice: { enum: Array.from({ length: 20 }, (_, index) => `choice-${index}`) },
          "it's": { type: 'array', prefixItems: [{ type: 'string' }] },
        },
        additionalProperties: false,
      },
    };
    const text = typesOf(register({ OrderPlaced, Long, 'a b': { type: 'object' } }));

    const biome = join(ROOT, 'node_modules/.bin/biome');
    const formatted = execFileSync(biome, ['format', '--stdin-file-path', 'events.ts'], {
      cwd: ROOT,
      input: text,
      encoding: 'utf8',
    });

    expect(formatted).toBe(text);
  });
});
