import { compileSchema, type JsonObject, type JsonValue } from '@nexus/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InferenceOptions } from './InferenceOptions.ts';
import { SchemaInference } from './SchemaInference.ts';

function infer(payloads: readonly JsonObject[], options?: InferenceOptions): JsonObject {
  const inference = new SchemaInference(options);
  for (const payload of payloads) inference.add('A', payload);
  return inference.schemaOf('A');
}

/** The schema of the field `a`, from its values. */
function inferField(values: readonly JsonValue[], options?: InferenceOptions): JsonValue | undefined {
  const payloads = values.map((a) => ({ a }));
  return (infer(payloads, options).properties as JsonObject).a;
}

function repeat<Value>(times: number, values: readonly Value[]): Value[] {
  return Array.from({ length: times }, () => values).flat();
}

describe('SchemaInference', () => {
  it('closes objects, requires what was always there, and says what it was inferred from', () => {
    const schema = infer([
      { id: 'x', note: 'n' },
      { id: 'y', total: 1.5 },
    ]);

    expect(schema).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A',
      description: 'Inferred from 2 events.',
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, note: { type: 'string' }, total: { type: 'number' } },
      additionalProperties: false,
    });
  });

  it('allows other properties on every level where it is told to', () => {
    const schema = infer([{ a: { b: 1 } }], { isOpen: true });

    expect(schema).toMatchObject({ additionalProperties: true, properties: { a: { additionalProperties: true } } });
  });

  it.each<[string, readonly JsonValue[], JsonValue]>([
    ['integers', [1, 2, 3, 4, 5], { type: 'integer' }],
    ['too few integers to be sure', [1, 2, 3, 4], { type: 'number' }],
    ['integers and a fraction', [1, 2, 3, 4, 5.5], { type: 'number' }],
    ['integers that a double may have rounded', [1, 2, 3, 4, 2 ** 60], { type: 'number' }],
    ['a union', ['x', 1.5, true, null], { type: ['string', 'number', 'boolean', 'null'] }],
    ['null alone', [null], { type: 'null' }],
    ['empty arrays', [[], []], { type: 'array' }],
    ['arrays', [[1.5], ['x']], { type: 'array', items: { type: ['string', 'number'] } }],
    [
      'objects in arrays',
      [[{ x: 1.5 }, { x: 2.5, y: 'z' }]],
      {
        type: 'array',
        items: {
          type: 'object',
          required: ['x'],
          properties: { x: { type: 'number' }, y: { type: 'string' } },
          additionalProperties: false,
        },
      },
    ],
    ['an object or null', [{}, null], { type: ['object', 'null'], additionalProperties: false }],
  ])('types %s', (_what, values, expected) => {
    expect(inferField(values)).toEqual(expected);
  });

  it.each([
    ['date-time', '2026-01-31T12:00:00Z'],
    ['date-time', '2026-01-31T12:00:00.123+01:00'],
    ['date', '2026-01-31'],
    ['email', 'ada@example.org'],
    ['uuid', '6f1ed002-ab5b-4f9a-8b65-2f7ba1b2c3d4'],
    ['uri', 'https://example.org/x'],
  ])('finds the format %s of %s, where every value has it', (format, text) => {
    expect(inferField(repeat(5, [text]))).toEqual({ type: 'string', format });
    expect(inferField(repeat(4, [text]))).toEqual({ type: 'string' });
    expect(inferField([...repeat(5, [text]), ''])).toEqual({ type: 'string' });
  });

  it.each([
    ['a day that does not exist', '2026-02-30'],
    ['a time with a space, which few validators take', '2026-01-31 12:00:00Z'],
    ['a name with a colon', 'task:42'],
  ])('finds no format in %s', (_what, text) => {
    expect(inferField(repeat(5, [text]))).toEqual({ type: 'string' });
  });

  it('makes an enumeration of a few strings that all came again, sorted', () => {
    const values = [...repeat(9, ['card', 'bank']), 'cash', 'cash'];

    expect(inferField(values)).toEqual({ type: 'string', enum: ['bank', 'card', 'cash'] });
    expect(inferField([...values, null])).toEqual({
      type: ['string', 'null'],
      enum: ['bank', 'card', 'cash', null],
    });
  });

  it.each<[string, readonly JsonValue[]]>([
    ['too few strings', repeat(19, ['x'])],
    ['a value that came once', [...repeat(20, ['x']), 'y']],
    ['too many values', repeat(2, 'abcdefghijklm'.split(''))],
    ['texts', repeat(20, ['x'.repeat(65)])],
  ])('makes no enumeration of %s', (_what, values) => {
    expect(inferField(values)).toEqual({ type: 'string' });
  });

  it('makes no enumeration where it may not, of numbers, or of addresses', () => {
    expect(inferField(repeat(20, ['x']), { enumValuesMax: 0 })).toEqual({ type: 'string' });
    expect(inferField([...repeat(20, ['x']), 1])).toEqual({ type: ['string', 'number'] });
    expect(inferField(repeat(20, ['ada@example.org']))).toEqual({ type: 'string', format: 'email' });
  });

  it('states bounds only where it is told to', () => {
    const values = [3.5, -1, 'é😀', 'abc', [1], []];

    expect(inferField(values, { hasBounds: true })).toEqual({
      type: ['array', 'string', 'number'],
      minLength: 2,
      maxLength: 3,
      minimum: -1,
      maximum: 3.5,
      items: { type: 'number', minimum: 1, maximum: 1 },
      minItems: 0,
      maxItems: 1,
    });
  });

  it('takes an object with many keys, none of them in every object, for a map', () => {
    const values = Array.from({ length: 65 }, (_, index) => ({ [`sku-${index}`]: { count: index + 0.5 } }));

    expect(inferField(values)).toEqual({
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['count'],
        properties: { count: { type: 'number' } },
        additionalProperties: false,
      },
    });
    expect(inferField(values.map((value) => ({ ...value, always: null })))).toMatchObject({ required: ['always'] });
  });

  it('takes 10,000 keys for a map, in one object too', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]);

    expect(infer([Object.fromEntries(entries)])).toMatchObject({ additionalProperties: { type: 'integer' } });
  });

  it('names no key that a schema cannot name, and lets it through', () => {
    const payload = JSON.parse(`{"a":1.5,"__proto__":{"b":"x"},"${'k'.repeat(257)}":true}`) as JsonObject;

    const schema = infer([payload]);

    expect(Object.keys(schema.properties as JsonObject)).toEqual(['a']);
    expect(compileSchema(schema)(payload)).toEqual([]);
    expect(compileSchema(schema)({ a: 1.5, other: 'x' })).not.toEqual([]);
  });

  it('keeps keys that objects inherit', () => {
    const payload = { constructor: 1, toString: 2, $ref: 'x', '': 3, uniqueItems: true, 'a/b~c': 4, 'x-y': 5 };

    const schema = infer([payload]);

    expect(schema.required).toEqual(Object.keys(payload));
    expect(compileSchema(schema)(payload)).toEqual([]);
    expect(compileSchema(schema)({})).toHaveLength(Object.keys(payload).length);
  });

  it('allows anything where it cannot follow, and says so', () => {
    const payload = { a: { b: { c: 1 } } };

    const schema = infer([payload], { depthMax: 1 });

    expect(schema).toMatchObject({
      description: 'Inferred from 1 event. Not every place of the payloads could be followed.',
      properties: { a: { properties: { b: {} } } },
    });
  });

  it('knows the values of a key among those of a map, where another object names it', () => {
    const wide = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`k${index}`, 'x']));
    const payloads: JsonObject[] = [{ a: { k0: 1 } }, { b: wide }, { c: null }];

    const schema = infer(payloads, { propertiesMax: 2 });

    const values = { type: ['string', 'number'] };
    expect(schema.additionalProperties).toEqual({ type: ['object', 'null'], additionalProperties: values });
  });

  it('gives a type that is too wide to follow no more room than its own', () => {
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, { a: 1, b: 2 }]));
    const inference = new SchemaInference({ placesMax: 10 });

    inference.add('wide', wide);
    inference.add('narrow', { a: { b: 'x' } });

    expect(inference.schemaOf('wide').description).toContain('Not every place');
    expect(compileSchema(inference.schemaOf('wide'))(wide)).toEqual([]);
    expect(inference.schemaOf('narrow')).toMatchObject({
      description: 'Inferred from 1 event.',
      properties: { a: { properties: { b: { type: 'string' } } } },
    });
  });

  it('has a bound for all types together', () => {
    const inference = new SchemaInference({ allPlacesMax: 3 });

    inference.add('first', { a: 1, b: 2 });
    inference.add('second', { a: 1 });

    expect(inference.schemaOf('first').properties).toHaveProperty('b');
    expect(inference.schemaOf('second')).not.toHaveProperty('properties');
    expect(compileSchema(inference.schemaOf('second'))({ a: 1 })).toEqual([]);
  });

  it('has a place for each of its types, and a bound', () => {
    const inference = new SchemaInference({ typesMax: 2 });

    inference.add('B', {});
    inference.add('A', {});

    expect(inference.types()).toEqual(['A', 'B']);
    expect(() => inference.add('C', {})).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => inference.schemaOf('C')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => new SchemaInference({ isopen: true } as never)).toThrow('did you mean isOpen');
    expect(() => new SchemaInference({ depthMax: -1 })).toThrow('depthMax');
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', 'a', 'b', '2026-01-31', '2026-01-31T00:00:00Z', 'a@b.c', 'urn:x', '__proto__', 'constructor'),
    fc.uuid(),
    fc.webUrl(),
  );
  const { object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, false, 0, 1, -1.5, 1e300),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      text,
      fc.array(tie('value'), { maxLength: 5 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c'), text), tie('value'), { maxKeys: 6 }),
  }));
  const options = fc.record(
    {
      isOpen: fc.boolean(),
      hasBounds: fc.boolean(),
      enumValuesMax: fc.nat(3),
      enumSeenMin: fc.nat(3),
      valuesMin: fc.nat(3),
      mapKeysMin: fc.integer({ min: 1, max: 5 }),
      propertiesMax: fc.integer({ min: 1, max: 5 }),
      depthMax: fc.nat(4),
      placesMax: fc.nat(40),
      allPlacesMax: fc.nat(40),
    },
    { requiredKeys: [] },
  );

  it('never refuses a payload that it has seen', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 12 }), options, (payloads, limits) => {
        const check = compileSchema(infer(payloads, limits));

        expect(payloads.flatMap((payload) => check(payload))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
