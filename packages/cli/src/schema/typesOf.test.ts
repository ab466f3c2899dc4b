import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InMemorySchemaRegistry, type JsonObject, type JsonValue, type RegisteredSchema } from '@nexus/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchemaInference } from './SchemaInference.ts';
import { typesOf } from './typesOf.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

function register(schemas: Readonly<Record<string, JsonObject | readonly JsonObject[]>>): RegisteredSchema[] {
  const registry = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
  return Object.entries(schemas).flatMap(([eventType, versions]) =>
    [versions].flat().map((schema) => registry.register(eventType, schema as JsonObject)),
  );
}

/** The type of the field `f`, by its schema. */
function typeOfField(schema: JsonObject | boolean, around: JsonObject = {}): string {
  const root = { type: 'object', properties: { f: schema }, additionalProperties: false, ...around };
  const text = typesOf(register({ A: root }));
  return /readonly f\?: ?([\s\S]*?);\n\}/.exec(text)?.[1] ?? text;
}

const ORDER_PLACED = {
  type: 'object',
  description: 'A customer */ has placed\nan order.',
  required: ['customer', 'lines'],
  properties: {
    customer: { type: 'string', description: 'Who pays.' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sku'],
        properties: { sku: { type: 'string' }, count: { type: 'integer' } },
        additionalProperties: false,
      },
    },
    note: { type: ['string', 'null'], deprecated: true },
  },
  additionalProperties: false,
};

describe('typesOf', () => {
  it('writes a type for each version, and a map to the latest', () => {
    const schemas = register({ OrderPlaced: [{ type: 'object' }, ORDER_PLACED] });

    expect(typesOf(schemas)).toBe(`\
// Written by \`nexus schema types\` from the schemas of events. Do not edit it: change the schemas, and write it anew.

/** The payload of OrderPlaced, version 1. */
export interface OrderPlacedV1 {
  readonly [key: string]: unknown;
}

/**
 * A customer *\\/ has placed
 * an order.
 * The payload of OrderPlaced, version 2.
 */
export interface OrderPlacedV2 {
  /** Who pays. */
  readonly customer: string;
  readonly lines: readonly {
    readonly sku: string;
    readonly count?: number;
  }[];
  /** @deprecated */
  readonly note?: string | null;
}

/** The payload of each event type by its latest version, to type a store by. */
export interface Events {
  readonly OrderPlaced: OrderPlacedV2;
}
`);
  });

  it('maps to the latest version that is active', () => {
    const [first, second] = register({ A: [{ type: 'object' }, ORDER_PLACED] }) as [RegisteredSchema, RegisteredSchema];

    const text = typesOf([first, { ...second, inactive: 'breaks its level' }]);

    expect(text).toContain('readonly A: AV1;');
    expect(text).toContain('The payload of A, version 2. It is not active.');
  });

  it.each<[string, JsonObject | boolean, string]>([
    ['anything', true, 'unknown'],
    ['nothing', false, 'never'],
    ['an integer', { type: 'integer' }, 'number'],
    ['a constant', { const: -1.5 }, '-1.5'],
    ['an enumeration', { enum: ['a', "it's", 'say "x"', null, 3] }, `'a' | "it's" | 'say "x"' | null | 3`],
    ['an enumeration of one type', { type: 'string', enum: ['a', 1] }, "'a'"],
    ['no type', { minLength: 3 }, 'unknown'],
    ['alternatives', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
    [
      'alternatives of one type',
      { type: 'string', oneOf: [{ minLength: 3 }, { const: 'x' }] },
      "string & (string | 'x')",
    ],
    ['an alternative that is anything', { anyOf: [{ type: 'string' }, { minLength: 3 }] }, 'unknown'],
    ['arrays', { type: 'array' }, 'readonly unknown[]'],
    ['arrays of a union', { type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    [
      'arrays of arrays',
      { type: 'array', items: { type: 'array', items: { type: 'string' } } },
      'readonly (readonly string[])[]',
    ],
    [
      'tuples',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: ['number', 'null'] }], minItems: 1, items: false },
      'readonly [string, (number | null)?]',
    ],
    [
      'open tuples',
      { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'boolean' } },
      'readonly [string?, ...boolean[]]',
    ],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'number' } },
      '{\n    readonly [key: string]: number;\n  }',
    ],
    [
      'an object without properties',
      { type: 'object', additionalProperties: false },
      '{ readonly [key: string]: never }',
    ],
    [
      'a property that must not be',
      { type: 'object', properties: { a: false, 'b-c': {} }, required: ['b-c'], additionalProperties: false },
      "{\n    readonly a?: never;\n    readonly 'b-c': unknown;\n  }",
    ],
    [
      'named properties beside others of any type',
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['z'],
        additionalProperties: { type: 'number' },
      },
      '{\n    readonly a?: string;\n    readonly z: number;\n    readonly [key: string]: unknown;\n  }',
    ],
    [
      'an optional property that objects inherit',
      { type: 'object', properties: { constructor: { type: 'string' } }, additionalProperties: false },
      '{\n    readonly constructor?: unknown;\n  }',
    ],
    ['an object that cannot be', { type: 'object', required: ['a'], additionalProperties: false }, 'never'],
    [
      'a choice of required properties',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        anyOf: [{ required: ['a'] }, { required: ['b'] }],
        additionalProperties: false,
      },
      '{\n    readonly a?: string;\n    readonly b?: string;\n  } & ({\n    readonly a: unknown;\n  } | {\n    readonly b: unknown;\n  })',
    ],
  ])('types %s', (_what, schema, expected) => {
    expect(typeOfField(schema)).toBe(expected);
  });

  it('names what is referred to, and ends circles', () => {
    const text = typesOf(
      register({
        Tree: {
          type: 'object',
          properties: {
            node: { $ref: '#/$defs/tree%20node' },
            loop: { $ref: '#/$defs/loop' },
            self: { $ref: '#' },
          },
          additionalProperties: false,
          $defs: {
            'tree node': {
              description: 'A node.',
              type: 'object',
              properties: { children: { type: 'array', items: { $ref: '#/$defs/tree%20node' } } },
              additionalProperties: false,
            },
            loop: { anyOf: [{ $ref: '#/$defs/back' }, { type: 'string' }] },
            back: { anyOf: [{ $ref: '#/$defs/loop' }, { type: 'null' }] },
          },
        },
      }),
    );

    expect(text).toContain('readonly node?: TreeV1TreeNode;');
    expect(text).toContain(
      '/** A node. */\nexport interface TreeV1TreeNode {\n  readonly children?: readonly TreeV1TreeNode[];\n}',
    );
    expect(text).toContain('export type TreeV1Loop = unknown;');
    expect(text).toContain('readonly self?: TreeV1;');
  });

  it('reads draft-07 by its own rules', () => {
    const around = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { a: { type: 'string' } },
    };

    const reference = typeOfField({ $ref: '#/definitions/a', description: 'ignored' }, around);
    const tuple = typeOfField({ type: 'array', items: [{ type: 'string' }], additionalItems: false }, around);

    expect(reference).toBe('AV1A');
    expect(tuple).toBe('readonly [string?]');
  });

  it('gives names that are alike identifiers that are not, whatever else there is', () => {
    const names = [
      'order placed',
      'OrderPlaced',
      'order-placed',
      '1st',
      '---',
      'größe',
      '注文',
      'Events',
      'a\u2028*/b',
    ];
    const all = typesOf(register(Object.fromEntries(names.map((name) => [name, { type: 'object' }]))));
    const fewer = typesOf(register({ 'order placed': { type: 'object' }, OrderPlaced: { type: 'object' } }));

    const identifiers = [...all.matchAll(/^export interface (\S+)/gm)].map(([, name]) => name);
    expect(identifiers).toHaveLength(names.length + 1);
    expect(new Set(identifiers).size).toBe(names.length + 1);
    expect(identifiers).toEqual(
      expect.arrayContaining(['OrderPlacedV1', 'Event1stV1', 'GrößeV1', '注文V1', 'EventsV1']),
    );
    expect(/'order placed': (\S+);/.exec(fewer)?.[1]).toBe(/'order placed': (\S+);/.exec(all)?.[1]);
  });

  it('writes the same for the same schemas, in whatever order they come', () => {
    const schemas = register({ b: { type: 'object' }, a: { type: 'object' }, 'A-': { type: 'object' } });

    expect(typesOf(schemas.toReversed())).toBe(typesOf(schemas));
  });
});

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

  it('take every payload that the schema has been inferred from', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 4 }), fc.constantFrom('a', 'b', '*/'));
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
    const samples = fc.sample(fc.array(object, { minLength: 1, maxLength: 6 }), 60);
    const inference = new SchemaInference({ enumSeenMin: 2, mapKeysMin: 4, valuesMin: 1 });
    for (const [index, payloads] of samples.entries()) {
      for (const payload of payloads) inference.add(`t${index}`, payload);
    }
    const inferred = inference.types().map((type) => [type, inference.schemaOf(type)] as const);
    const lines = samples.flatMap((payloads, index) =>
      payloads.map((payload) => `(${literal(payload)}) satisfies Events['t${index}'];`),
    );

    const faults = compile(
      ["import type { Events } from './events.ts';", ...lines].join('\n'),
      register(Object.fromEntries(inferred)),
    );

    expect(faults).toEqual([]);
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
