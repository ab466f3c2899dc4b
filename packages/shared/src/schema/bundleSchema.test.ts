import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../types/json.ts';
import { bundleSchema, copySchema } from './bundleSchema.ts';
import { compileSchema } from './compileSchema.ts';
import { InMemorySchemaRegistry } from './InMemorySchemaRegistry.ts';

const ADDRESS: JsonObject = {
  type: 'object',
  required: ['zip'],
  properties: { zip: { $ref: '#/$defs/zip' } },
  $defs: { zip: { type: 'string', pattern: '^[0-9]{5}$' } },
};

function resolveFrom(schemas: Record<string, JsonObject>) {
  return (name: string, version: string) => schemas[`${name}/${version}`];
}

describe('bundleSchema', () => {
  it('returns a schema without references to others as it is', () => {
    const schema: JsonObject = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } };

    expect(bundleSchema(schema, () => undefined)).toBe(schema);
  });

  it('embeds a schema of the registry, with the references within it', () => {
    const schema = { type: 'object', properties: { to: { $ref: 'nexus:Postal%20Address/1' } } } as const;

    const check = compileSchema(bundleSchema(schema, resolveFrom({ 'Postal Address/1': ADDRESS })));

    expect(check({ to: { zip: '12345' } })).toEqual([]);
    expect(check({ to: { zip: '1234' } })[0]).toMatchObject({ instancePath: '/to/zip', keyword: 'pattern' });
    expect(check({ to: {} })[0]).toMatchObject({ instancePath: '/to', keyword: 'required' });
  });

  it('embeds what an embedded schema refers to, each once', () => {
    const customer: JsonObject = {
      properties: { home: { $ref: 'nexus:Address/1' }, work: { $ref: 'nexus:Address/1' } },
    };
    const schemas = resolveFrom({ 'Customer/1': customer, 'Address/1': ADDRESS });

    const bundled = bundleSchema({ properties: { by: { $ref: 'nexus:Customer/1' } } }, schemas);

    expect(Object.keys(bundled.$defs as JsonObject).sort()).toEqual(['nexus:Address/1', 'nexus:Customer/1']);
    expect(compileSchema(bundled)({ by: { work: { zip: 'x' } } })).not.toEqual([]);
  });

  it.each([
    ['a schema that the registry does not have', { $ref: 'nexus:Nothing/1' }, 'does not have'],
    ['a circle', { $ref: 'nexus:A/1' }, 'in a circle'],
    ['a schema of another dialect', { $ref: 'nexus:Draft07/1' }, 'whose $schema is another'],
    ['a schema with an id of its own', { $ref: 'nexus:WithId/1' }, 'uses $id'],
    ['a name that is no percent-encoding', { $ref: 'nexus:%zz/1' }, 'no percent-encoding'],
  ])('refuses a reference to %s', (_, schema, message) => {
    const schemas = resolveFrom({
      'A/1': { $ref: 'nexus:B/1' },
      'B/1': { $ref: 'nexus:A/1' },
      'Draft07/1': { $schema: 'http://json-schema.org/draft-07/schema#' },
      'WithId/1': { properties: { a: { $id: 'https://example.com/a' } } },
    });

    expect(() => bundleSchema({ properties: { x: schema } }, schemas)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('gives a registered schema a digest that covers what it refers to', async () => {
    const [first, second] = ['string', 'number'].map((type) => {
      const registry = new InMemorySchemaRegistry();
      registry.register('Zip', { type } as JsonObject);
      return registry.register('A', { properties: { zip: { $ref: 'nexus:Zip/1' } } });
    });

    expect(first?.digest).not.toBe(second?.digest);
  });

  it('refuses references that leave the registry', () => {
    const registry = new InMemorySchemaRegistry();

    for (const $ref of ['https://example.com/schema.json', 'other.json', 'file:///etc/passwd']) {
      expect(() => registry.register('A', { properties: { a: { $ref } } })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });

  it('leaves data as it is, though it looks like a reference', () => {
    const data = { $ref: 'nexus:Address/1', id: 'a', $anchor: 'a' };
    const own: JsonObject = { const: data, enum: [data], default: data, examples: [data] };

    const bundled = bundleSchema({ ...own, properties: { own: { $ref: 'nexus:Own/1' } } }, () => own);

    expect(bundled).toMatchObject(own);
    expect(bundled.$defs).toEqual({ 'nexus:Own/1': own });
  });

  it('takes a field for a field, whatever keyword has its name', () => {
    const properties: JsonObject = {
      const: { $ref: 'nexus:A/1' },
      enum: { $ref: 'nexus:A/1' },
      $ref: { type: 'null' },
    };

    const check = compileSchema(bundleSchema({ properties }, resolveFrom({ 'A/1': { type: 'string' } })));

    expect(check({ const: 1 })[0]).toMatchObject({ instancePath: '/const' });
    expect(check({ enum: 1 })[0]).toMatchObject({ instancePath: '/enum' });
    expect(check({ $ref: 1 })[0]).toMatchObject({ instancePath: '/$ref' });
  });

  it('refuses a long row of references, however deep they stand', () => {
    const reference = (name: number) => JSON.stringify({ $ref: `nexus:${name}/1` });
    const deep = (name: number) =>
      JSON.parse(`${'{"not":'.repeat(98)}${reference(name)}${'}'.repeat(98)}`) as JsonObject;
    const ending = (end: number) => (name: string) => (Number(name) < end ? deep(Number(name) + 1) : {});

    expect(() => bundleSchema(deep(1), ending(900))).toThrow(/too many others in a row/);
    expect(Object.keys(bundleSchema(deep(1), ending(5)).$defs ?? {})).toHaveLength(5);
  });

  it('never makes a reference to another schema of what is none', () => {
    const schemas = resolveFrom({ 'A/1': { $ref: '#0' }, 'A/10': { type: 'string' } });
    const properties: JsonObject = { a: { $ref: 'nexus:A/1' }, b: { $ref: 'nexus:A/10' } };

    expect(() => compileSchema(bundleSchema({ properties }, schemas))).toThrow(/can't resolve reference #0/);
  });
});

function nested(levels: number): JsonObject {
  let schema: JsonObject = {};
  for (let level = 0; level < levels; level++) schema = { not: schema };
  return schema;
}

describe('copySchema', () => {
  it.each([
    ['null', null],
    ['a boolean', true],
    ['an array', []],
    ['nothing', undefined],
    ['a number that is no JSON', { minimum: 1n }],
    ['what is nested without end', nested(50_000)],
    ['more levels than are read', nested(200)],
    ['half a character', { title: '\ud800' }],
  ])('refuses %s', (_what, schema) => {
    expect(() => copySchema(schema)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
