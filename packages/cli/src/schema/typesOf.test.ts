import type { JsonObject, RegisteredSchema } from '@nexus/shared';
import { describe, expect, it } from 'vitest';
import { ORDER_PLACED, register } from './testing/registered.ts';
import { typesOf } from './typesOf.ts';

/** The type of the field `f`, by its schema. */
function typeOfField(schema: JsonObject | boolean, around: JsonObject = {}): string {
  const root = { type: 'object', properties: { f: schema }, additionalProperties: false, ...around };
  const text = typesOf(register({ A: root }));
  return /readonly f\?: ?([\s\S]*?);\n\}/.exec(text)?.[1] ?? text;
}

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
