import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../types/json.ts';
import { compileSchema } from './compileSchema.ts';

describe('compileSchema', () => {
  it.each([
    ['2020-12 by default', { type: 'array', prefixItems: [{ type: 'string' }] }, [1], ['x', 1]],
    [
      'draft-07 where the schema says so',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'array',
        items: [{ type: 'string' }],
        additionalItems: false,
      },
      ['x', 1],
      ['x'],
    ],
    ['formats', { type: 'string', format: 'date-time' }, 'yesterday', '2026-01-31T12:00:00Z'],
    ['references within the schema', { $ref: '#/$defs/n', $defs: { n: { type: 'number' } } }, 'x', 1],
    ['integers with a zero fraction', { type: 'integer' }, 1.5, 1.0],
    ['patterns, unanchored', { type: 'string', pattern: '\\d{3}-\\w' }, '12-x', 'a123-x!'],
  ])('applies %s', (_what, schema, invalid, valid) => {
    const check = compileSchema(schema as JsonObject);

    expect(check(invalid as never)).not.toEqual([]);
    expect(check(valid as never)).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['required', { required: ['a', ''] }],
    ['required further in', { properties: { a: { required: [''] } } }],
    ['one of several lists', { allOf: [{ type: 'object' }, { required: [''] }] }],
    ['dependentRequired', { dependentRequired: { a: [''] } }],
    ['dependencies', { $schema: 'http://json-schema.org/draft-07/schema#', dependencies: { a: [''] } }],
  ])('misses a property whose name is empty, by %s', (_what, schema) => {
    const check = compileSchema(schema);

    expect(check({ a: {} })).toMatchObject([{ params: { missingProperty: '' } }]);
    expect(check({ a: { '': 1 }, '': 1 })).toEqual([]);
  });

  it('runs a catastrophic pattern in linear time', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });

    expect(check(`${'a'.repeat(50_000)}!`)).toHaveLength(1);
  });

  it.each([
    ['no schema', { type: 'strin' }],
    ['a misspelt keyword', { type: 'object', requird: ['a'] }],
    ['a reference that leads outside', { $ref: 'https://example.com/other.json' }],
    ['a look-ahead, which no linear engine has', { type: 'string', pattern: '(?=a)b' }],
    ['an unknown format', { type: 'string', format: 'zip' }],
    ['another dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    [
      'a schema for __proto__, which the library would not apply',
      JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
    ],
    ['$async, which would answer later than it is asked', { $async: true, type: 'object' }],
    ['uniqueItems over unbounded objects', { type: 'array', uniqueItems: true, items: { type: 'object' } }],
    ['uniqueItems deep inside', { properties: { a: { type: 'array', uniqueItems: true, maxItems: 1_001 } } }],
  ])('refuses %s', (_what, schema) => {
    expect(() => compileSchema(schema as JsonObject)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it.each<[JsonObject, string]>([
    [{ minLength: -1 }, 'cannot be compiled: schema/minLength must be >= 0'],
    [{ requird: ['a'] }, 'cannot be compiled: strict mode: unknown keyword: "requird"'],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { $anchor: 'a' } } },
      'cannot be compiled: strict mode: unknown keyword: "$anchor"',
    ],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, '/$schema must name JSON Schema draft-07 or 2020-12'],
    [
      { $schema: ['https://json-schema.org/draft/2020-12/schema'] },
      '/$schema must name JSON Schema draft-07 or 2020-12',
    ],
    [{ $schema: ['http://json-schema.org/draft-07/schema#'] }, '/$schema must name JSON Schema draft-07 or 2020-12'],
  ])('says of %j what is wrong', (schema, rule) => {
    expect(() => compileSchema(schema)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { argument: 'schema', rule } }),
    );
  });

  it('keeps the error of the validator as the cause', () => {
    expect(() => compileSchema({ minLength: -1 })).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }));
  });

  it('compiles the same object once', () => {
    const schema = { type: 'object' };

    expect(compileSchema(schema)).toBe(compileSchema(schema));
  });

  it('takes a schema that names 2020-12, and holds null', () => {
    const $schema = 'https://json-schema.org/draft/2020-12/schema';
    const check = compileSchema({ $schema, prefixItems: [{ const: null }], default: null });

    expect(check([null])).toEqual([]);
    expect(check([1])).toHaveLength(1);
  });

  it('finds a payload uncheckable where its schema refers to itself without end', () => {
    const check = compileSchema({ $ref: '#' });

    expect(check({})).toMatchObject([{ keyword: 'uncheckable', message: 'cannot be checked against its schema' }]);
  });

  it('takes uniqueItems where it is bounded or over scalars, and keywords of our own', () => {
    const schemas = [
      { type: 'array', uniqueItems: true, maxItems: 1_000 },
      { type: 'array', uniqueItems: true, items: { type: 'string' } },
      { type: 'string', 'x-nexus-pii': true },
    ];

    for (const schema of schemas) expect(compileSchema(schema as JsonObject)).toBeTypeOf('function');
  });

  it.each(['constructor', 'toString'])('counts no inherited %s as a property', (name) => {
    const required = compileSchema({ type: 'object', required: [name] });
    const optional = compileSchema({ properties: { [name]: { type: 'string' } } });

    expect(required({})).toHaveLength(1);
    expect(required({ [name]: 1 })).toEqual([]);
    expect(optional({})).toEqual([]);
    expect(optional({ [name]: 1 })).toHaveLength(1);
  });

  it('takes a property whose name begins as our keywords do', () => {
    const check = compileSchema({ properties: { 'x-größe': { type: 'number' }, 'x-y': { type: 'number' } } });

    expect(check({ 'x-größe': 'a' })).toHaveLength(1);
  });

  it('finds repeated items, and arrays that are too long', () => {
    const check = compileSchema({ type: 'array', uniqueItems: true, maxItems: 1_000, items: { type: 'array' } });
    const repeated = Array.from({ length: 1_001 }, () => [1]);

    expect(check(repeated).map(({ keyword }) => keyword)).toContain('maxItems');
    expect(check(repeated.slice(0, 2))).toMatchObject([
      { keyword: 'uniqueItems', message: 'must NOT have duplicate items' },
    ]);
  });

  it('finds repeated items of names that objects inherit, and no others', () => {
    const check = compileSchema({ uniqueItems: true, items: { type: 'string' } });

    expect(check(['__proto__', '__proto__'])).toHaveLength(1);
    expect(check(['__proto__', 'constructor', 'toString'])).toEqual([]);
    expect(check({ a: 1 })).toEqual([]);
  });

  it('lets items repeat where the schema says so', () => {
    expect(compileSchema({ uniqueItems: false })([1, 1])).toEqual([]);
  });

  it.each([
    ['https://example.com/a?b=c', 0],
    ['http://localhost:3000/', 0],
    ['http://127.0.0.1/', 0],
    ['http://a b/', 1],
    ['example.com', 1],
    ['javascript:alert(1)', 1],
    [' http://a.b ', 1],
  ])('takes %s for a URL as URL.canParse does', (text, faults) => {
    expect(compileSchema({ format: 'url' })(text)).toHaveLength(faults);
  });

  it('reports every fault of a small payload, and only the first of a large one', () => {
    const check = compileSchema({ type: 'array', items: { type: 'string' } });

    expect(check(Array.from({ length: 100 }, (_, index) => index))).toHaveLength(100);
    expect(check(Array.from({ length: 200_000 }, (_, index) => index))).toHaveLength(1);
  });

  it('reports only the first fault of a large payload also where a value may be empty', () => {
    const check = compileSchema({ items: { enum: ['', 'a'] }, allOf: [{ required: ['a'] }] });

    expect(check(Array.from({ length: 200_000 }, (_, index) => index))).toHaveLength(1);
  });

  it('resolves references to anchors', () => {
    const check = compileSchema({
      properties: { a: { $ref: '#amount' } },
      $defs: { amount: { $anchor: 'amount', type: 'number' } },
    });

    expect(check({ a: 1 })).toEqual([]);
    expect(check({ a: 'one' })).toHaveLength(1);
  });

  it.each([
    [
      {
        properties: { a: { $dynamicRef: '#amount' } },
        $defs: { amount: { $dynamicAnchor: 'amount', type: 'number' } },
      },
    ],
    [{ properties: { a: { $recursiveRef: '#' } } }],
  ])('refuses dynamic references, which the validator would take for others: %j', (schema) => {
    expect(() => compileSchema(schema as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('refer by $ref') }),
    );
  });

  it.each([
    [{ prefixItems: [{ type: 'string' }], contains: { type: 'number' } }],
    [{ prefixItems: [{ type: 'string' }], contains: { type: 'number' }, minItems: 0 }],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }], contains: { type: 'number' } }],
    [{ $defs: { const: { prefixItems: [true], contains: { type: 'number' } } }, $ref: '#/$defs/const' }],
  ])('finds that an empty tuple does not contain what it must: %j', (schema) => {
    const check = compileSchema(schema as never);

    expect(check([])).not.toEqual([]);
    expect(check(['a'])).not.toEqual([]);
    expect(check(['a', 1])).toEqual([]);
  });

  it('leaves data that looks like a tuple as it is', () => {
    const data = { prefixItems: [], contains: {} };

    const check = compileSchema({ const: data });

    expect(check(data)).toEqual([]);
    expect(check({ ...data, minItems: 1 })).toHaveLength(1);
  });

  it('lets a tuple that need not contain anything be empty', () => {
    const contains = { contains: { type: 'number' }, minContains: 0, maxContains: 2 };
    const check = compileSchema({ prefixItems: [{ type: 'string' }], ...contains });

    expect(check([])).toEqual([]);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'finds that %s is not evaluated, though every object inherits it',
    (name) => {
      const either = [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }];
      const check = compileSchema({ anyOf: either, unevaluatedProperties: false } as never);

      expect(check({ a: 'x' })).toEqual([]);
      expect(check({ a: 'x', [name]: 1 })).toHaveLength(1);
      expect(check({ a: 'x', other: 1 })).toHaveLength(1);
    },
  );

  it('takes an inherited name that the schema does evaluate', () => {
    const check = compileSchema({
      anyOf: [{ properties: { constructor: { type: 'string' } } }, true],
      unevaluatedProperties: false,
    } as never);

    expect(check({ constructor: 'x' })).toEqual([]);
  });

  it('refuses a schema that could be taken for the code of the validator', () => {
    expect(() => compileSchema({ const: 'var props0 = {}' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^schema .*props0 = \{\}/) }),
    );
  });
});
