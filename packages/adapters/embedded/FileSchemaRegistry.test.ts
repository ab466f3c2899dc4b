import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type JsonObject, nextEvents, SchemaRegistryFactory } from '@nexus/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeName, FileSchemaRegistry, InMemoryEventStore, SqliteEventStore } from './index.ts';

const OBJECT: JsonObject = {
  type: 'object',
  required: ['total'],
  properties: { total: { type: 'number' }, by: { type: 'string' } },
  additionalProperties: false,
};
/** Breaks BACKWARD, and keeps FORWARD. */
const STRICTER: JsonObject = { ...OBJECT, required: ['total', 'by'] };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-schemas-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'schemas');
}

function put(folder: string, path: string, content: unknown): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('FileSchemaRegistry', () => {
  it('is the provider "file" of the factory', async () => {
    const registry = SchemaRegistryFactory.create({ provider: 'file', folder: temporaryFolder() });

    await registry.register('OrderPlaced', OBJECT);

    expect(await registry.getSchema('OrderPlaced')).toMatchObject({ version: '1', schema: OBJECT });
  });

  it('writes one file for each version, and reads it again in another process', async () => {
    const folder = temporaryFolder();
    await new FileSchemaRegistry({ folder }).register('OrderPlaced', OBJECT);

    const registry = new FileSchemaRegistry({ folder });

    expect(existsSync(join(folder, '%4Frder%50laced', '1.json'))).toBe(true);
    expect(await registry.listTypes()).toEqual(['OrderPlaced']);
    expect(await registry.getSchema('OrderPlaced')).toMatchObject({ version: '1', schema: OBJECT });
    expect(await registry.getSchema('OrderPlaced', '2')).toBeUndefined();
    expect(await registry.getSchema('OrderShipped')).toBeUndefined();
  });

  it('takes a version that was put there by hand', async () => {
    const folder = temporaryFolder();
    put(folder, `${encodeName('OrderPlaced')}/1.json`, OBJECT);
    put(folder, `${encodeName('OrderPlaced')}/10.json`, { ...OBJECT, title: 'ten' });
    put(folder, `${encodeName('OrderPlaced')}/2.json`, { ...OBJECT, title: 'two' });

    const versions = await new FileSchemaRegistry({ folder }).listVersions('OrderPlaced');

    expect(versions.map(({ version, inactive }) => [version, inactive])).toEqual([
      ['1', undefined],
      ['2', undefined],
      ['10', undefined],
    ]);
  });

  it('registers the same text once', async () => {
    const registry = new FileSchemaRegistry({ folder: temporaryFolder() });

    const first = await registry.register('A', OBJECT);
    const second = await registry.register('A', structuredClone(OBJECT));

    expect(second).toEqual(first);
    expect(await registry.listVersions('A')).toHaveLength(1);
  });

  it('refuses a schema that breaks the level, and writes nothing', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('A', OBJECT);

    await expect(registry.register('A', STRICTER)).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      details: { level: 'BACKWARD', incompatibilities: [{ version: '1', direction: 'backward' }] },
    });
    expect(await registry.listVersions('A')).toHaveLength(1);
    expect(existsSync(join(folder, encodeName('A'), '2.json'))).toBe(false);
  });

  it('registers the same schema under a level that it keeps', async () => {
    const registry = new FileSchemaRegistry({ folder: temporaryFolder(), compatibility: { types: { A: 'FORWARD' } } });
    await registry.register('A', OBJECT);

    expect(await registry.register('A', STRICTER)).toMatchObject({ version: '2' });
  });

  it('keeps a version that was put there by hand and breaks the level inactive, so that nothing is stored under it', async () => {
    const folder = temporaryFolder();
    put(folder, `${encodeName('A')}/1.json`, OBJECT);
    put(folder, `${encodeName('A')}/2.json`, STRICTER);
    const registry = new FileSchemaRegistry({ folder });
    const store = new InMemoryEventStore({ schemaRegistry: registry });

    const [event] = nextEvents('a', 0, [
      { eventType: 'A', payload: { total: 1, by: 'x' }, metadata: { schemaVersion: 2 } },
    ]);

    expect(await registry.getSchema('A')).toMatchObject({ version: '1' });
    await expect(store.append([event as never])).rejects.toMatchObject({
      code: 'SCHEMA_VALIDATION_FAILED',
      violations: [{ keyword: 'inactiveVersion', pointer: '/metadata/schemaVersion' }],
    });
    expect(await store.getVersion('a')).toBe(0);
  });

  it('keeps a registered version active when the level becomes stricter', async () => {
    const folder = temporaryFolder();
    const lax = new FileSchemaRegistry({ folder, compatibility: { default: 'NONE' } });
    await lax.register('A', OBJECT);
    await lax.register('A', STRICTER);

    const strict = new FileSchemaRegistry({ folder, compatibility: { default: 'FULL_TRANSITIVE' } });

    expect(await strict.getSchema('A')).toMatchObject({ version: '2' });
  });

  it('refuses a file that was changed after it was registered', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('A', OBJECT);
    put(folder, `${encodeName('A')}/1.json`, { type: 'object' });

    await expect(registry.getSchema('A')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('Version 1 of A has changed since it was registered'),
    });
  });

  it('takes another layout of the same schema for the same text', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('A', OBJECT);
    put(folder, `${encodeName('A')}/1.json`, JSON.stringify(OBJECT, null, 8));

    expect(await registry.getSchema('A')).toMatchObject({ version: '1' });
  });

  it('lets no store use a file by hand that changed after its first use, from whatever process', async () => {
    const folder = temporaryFolder();
    put(folder, `${encodeName('A')}/1.json`, OBJECT);
    const path = join(dirname(folder), 'store.db');
    const open = () => new SqliteEventStore({ path, schemaRegistry: new FileSchemaRegistry({ folder }) });
    const first = open();
    await first.append(nextEvents('a', 0, [{ eventType: 'A', payload: { total: 1 } }]));
    await first.close();
    put(folder, `${encodeName('A')}/1.json`, { type: 'object' });
    const second = open();
    onTestFinished(() => second.close());

    const appending = second.append(nextEvents('a', 1, [{ eventType: 'A', payload: { anything: 1 } }]));

    await expect(appending).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      message: expect.stringContaining('changed after use'),
    });
    expect(await second.getVersion('a')).toBe(1);
  });

  it('refuses appends as unavailable while its folder is gone, and goes on when it is back', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('A', OBJECT);
    const store = new InMemoryEventStore({ schemaRegistry: registry });
    rmSync(folder, { recursive: true });
    const events = nextEvents('a', 0, [{ eventType: 'A', payload: { total: 1 } }]);

    await expect(store.append(events)).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
    await registry.register('A', OBJECT);

    expect(await store.append(events)).toMatchObject({ replayed: false });
  });

  it('goes on with a version that it has shown, while its folder is gone', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('A', OBJECT);
    const store = new InMemoryEventStore({ schemaRegistry: registry });
    const draft = { eventType: 'A', payload: { total: 1 }, metadata: { schemaVersion: '1' } };
    await store.append(nextEvents('a', 0, [draft]));
    rmSync(folder, { recursive: true });

    expect(await store.append(nextEvents('a', 1, [draft]))).toMatchObject({ replayed: false });
  });

  it.each([
    ['is no JSON', '{"type": ', 'not JSON'],
    ['repeats a key', '{"type": "object", "type": "string"}', 'type'],
    ['is no object', '[]', 'no JSON Schema'],
  ])('refuses a file that %s, and names it', async (_, text, message) => {
    const folder = temporaryFolder();
    put(folder, `${encodeName('A')}/1.json`, text);

    await expect(new FileSchemaRegistry({ folder }).getSchema('A')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(new RegExp(`1\\.json.*${message}`)),
    });
  });

  it.each([
    ['that is no schema', { type: 'strange' }],
    ['with a pattern that no linear engine takes', { properties: { a: { pattern: '(?=a)b' } } }],
    ['with unbounded uniqueItems', { properties: { a: { type: 'array', uniqueItems: true } } }],
    ['with a remote reference', { $ref: 'https://example.com/a.json' }],
  ])('refuses to register a schema %s', async (_, schema) => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });

    await expect(registry.register('A', schema as JsonObject)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await registry.listTypes()).toEqual([]);
  });

  it('resolves references to other schemas by the names of the registry', async () => {
    const registry = new FileSchemaRegistry({ folder: temporaryFolder() });
    await registry.register('Money', {
      type: 'object',
      required: ['amount'],
      properties: { amount: { type: 'number' } },
    });
    await registry.register('A', { type: 'object', properties: { total: { $ref: 'nexus:Money/1' } } });
    const store = new InMemoryEventStore({ schemaRegistry: registry });

    const appending = store.append(nextEvents('a', 0, [{ eventType: 'A', payload: { total: { amount: 'x' } } }]));

    await expect(appending).rejects.toMatchObject({ violations: [{ pointer: '/payload/total/amount' }] });
  });

  it('refuses schemas that refer to each other in a circle', async () => {
    const folder = temporaryFolder();
    put(folder, `${encodeName('A')}/1.json`, { properties: { b: { $ref: 'nexus:B/1' } } });
    put(folder, `${encodeName('B')}/1.json`, { properties: { a: { $ref: 'nexus:A/1' } } });

    await expect(new FileSchemaRegistry({ folder }).getSchema('A')).rejects.toMatchObject({
      message: expect.stringContaining('in a circle'),
    });
  });

  it('keeps names apart that a file system would confuse, and leads none out of its folder', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    const names = [
      'a',
      'A',
      '../a',
      'a/b',
      'a%2Fb',
      'é',
      'e\u0301',
      'CON',
      'nul\0',
      `${'long '.repeat(200)}1`,
      `${'long '.repeat(200)}2`,
    ];

    for (const name of names) await registry.register(name, { title: name, type: 'object' });

    const fresh = new FileSchemaRegistry({ folder });
    const found = await Promise.all(names.map(async (name) => (await fresh.getSchema(name))?.schema.title));
    expect(found).toEqual(names);
    expect([...(await fresh.listTypes())].sort()).toEqual([...names].sort());
  });

  it('writes rules beside the schema, and reads them again', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder, compatibility: { default: 'NONE' } });
    await registry.register('A', OBJECT);
    const rules = {
      up: '{ "amount": total }',
      down: '{ "total": amount }',
      examples: [{ before: { total: 1 }, after: { amount: 1 } }],
    };

    await registry.register('A', { type: 'object', required: ['amount'] }, rules);

    const loaded = await new FileSchemaRegistry({ folder }).getSchema('A', '2');
    expect(loaded).toMatchObject({ examples: rules.examples });
    expect([loaded?.up, loaded?.down].map((rule) => String(rule).trim())).toEqual([rules.up, rules.down]);
  });

  it('refuses rules whose examples fail, when they are registered and when they are loaded', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder, compatibility: { default: 'NONE' } });
    await registry.register('A', OBJECT);
    const wrong = [{ before: { total: 1 }, after: { amount: 2 } }];

    const registering = registry.register('A', { type: 'object' }, { up: '{ "amount": total }', examples: wrong });
    await expect(registering).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await registry.register('A', { type: 'object' }, { up: '{ "amount": total }' });
    put(folder, `${encodeName('A')}/2.examples.json`, wrong);

    await expect(new FileSchemaRegistry({ folder }).getSchema('A')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('The rules of version 2 of A fail'),
    });
  });

  it('lets one of two processes register a version', async () => {
    const folder = temporaryFolder();
    const [first, second] = [new FileSchemaRegistry({ folder }), new FileSchemaRegistry({ folder })];
    await first.register('A', OBJECT);

    const both = await Promise.allSettled([
      first.register('A', { ...OBJECT, title: 'first' }),
      second.register('A', { ...OBJECT, title: 'second' }),
    ]);

    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await first.listVersions('A')).toHaveLength(2);
  });

  it('says which folder cannot be written', async () => {
    const folder = temporaryFolder();
    put(folder, encodeName('A'), 'a file where a folder should be');

    await expect(new FileSchemaRegistry({ folder }).register('A', OBJECT)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('cannot be written'),
    });
  });

  it('leaves a registered file as it is', async () => {
    const folder = temporaryFolder();
    await new FileSchemaRegistry({ folder }).register('A', OBJECT);

    const text = readFileSync(join(folder, encodeName('A'), '1.json'), 'utf8');

    expect(text).toBe(`${JSON.stringify(OBJECT, null, 2)}\n`);
  });
});
