import { describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../types/json.ts';
import { bundleSchema, copySchema } from './bundleSchema.ts';

const NAME: JsonObject = { type: 'string' };
const PLACE = '#/$defs/nexus%3AName~11';

function bundled(schema: JsonObject, others: Record<string, JsonObject> = { 'Name/1': NAME }): JsonObject {
  return bundleSchema(schema, (name, version) => others[`${name}/${version}`]);
}

/** As many references as asked for, each to another schema. */
function referringTo(count: number): JsonObject {
  return { allOf: Array.from({ length: count }, (_, number) => ({ $ref: `nexus:N${number}/1` })) };
}

describe('bundleSchema', () => {
  it.each([
    ['in a list', { allOf: [{ $ref: 'nexus:Name/1' }] }, { allOf: [{ $ref: PLACE }] }],
    ['under a keyword', { not: { $ref: 'nexus:Name/1' } }, { not: { $ref: PLACE } }],
    ['in a property', { properties: { const: { $ref: 'nexus:Name/1' } } }, { properties: { const: { $ref: PLACE } } }],
  ])('replaces a reference %s', (_where, schema, expected) => {
    expect(bundled(schema)).toEqual({ ...expected, $defs: { 'nexus:Name/1': NAME } });
  });

  it('takes no other text for a reference', () => {
    const schema = { title: 'nexus:Name/1', const: { $ref: 'nexus:Name/1' } };

    expect(bundled(schema)).toBe(schema);
  });

  it('asks for each schema once', () => {
    const resolve = vi.fn(() => NAME);

    bundleSchema({ allOf: [{ $ref: 'nexus:Name/1' }, { $ref: 'nexus:Name/1' }] }, resolve);

    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('names the way of a circle', () => {
    const circle = { 'A/1': { $ref: 'nexus:B/1' }, 'B/1': { $ref: 'nexus:A/1' } };

    expect(() => bundled({ $ref: 'nexus:A/1' }, circle)).toThrow(
      'nexus:A/1 -> nexus:B/1 -> nexus:A/1 leads in a circle; break it',
    );
  });

  it('embeds a thousand schemas, and refuses one more', () => {
    const embedded = bundleSchema(referringTo(1_000), () => NAME).$defs as JsonObject;

    expect(Object.keys(embedded)).toHaveLength(1_000);
    expect(() => bundleSchema(referringTo(1_001), () => NAME)).toThrow('refers to more than 1000 other schemas');
  });

  it('refuses a name of its own that is one of the registry, and says where', () => {
    const schema = { $ref: 'nexus:Name/1', $defs: { 'nexus:Name/1': {} } };

    expect(() => bundled(schema)).toThrow("/$defs/nexus:Name~11 is a name of the registry's own; rename it");
  });

  it.each([
    ['in a list', { allOf: [{}, { $id: 'https://example.com/a' }] }],
    ['under a keyword', { not: { $id: 'https://example.com/a' } }],
    ['in a property named as a keyword', { properties: { const: { $id: 'https://example.com/a' } } }],
  ])('refuses to embed an id %s', (_where, name) => {
    expect(() => bundled({ $ref: 'nexus:Name/1' }, { 'Name/1': name })).toThrow('which uses $id');
  });

  it('embeds data that looks like an id', () => {
    expect(bundled({ $ref: 'nexus:Name/1' }, { 'Name/1': { const: { $id: 'a' } } })).toMatchObject({ $ref: PLACE });
  });

  it('names the argument, and keeps the cause, of a name that is no percent-encoding', () => {
    expect(() => bundled({ $ref: 'nexus:%zz/1' })).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ argument: 'schema' }),
        cause: expect.any(URIError),
      }),
    );
  });
});

describe('copySchema', () => {
  it.each([undefined, null, true, [], 'text'])('refuses %j, which is no object', (value) => {
    expect(() => copySchema(value)).toThrow('must be a JSON object');
  });

  it('names the argument, and keeps the cause, of what JSON cannot write', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;

    expect(() => copySchema(circular)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('cannot be kept as JSON: Converting circular structure'),
        details: expect.objectContaining({ argument: 'schema' }),
        cause: expect.any(TypeError),
      }),
    );
  });
});
