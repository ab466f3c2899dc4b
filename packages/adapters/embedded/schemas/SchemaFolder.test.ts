import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@nexus/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileSchemaRegistry } from '../index.ts';

const FIRST: JsonObject = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
const NUMBERS: JsonObject = { ...FIRST, properties: { a: { type: ['string', 'number'] } } };
const BOOLEANS: JsonObject = { ...FIRST, properties: { a: { type: ['string', 'boolean'] } } };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-schemas-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function put(folder: string, path: string, content: unknown): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('a folder of schemas', () => {
  it.each([{}, null, [], '"registered"', { level: 'FULL' }, { digest: `1:${'0'.repeat(64)}`, level: 'BACK' }])(
    'takes %j for no registration, so that it makes no version active',
    async (content) => {
      const folder = temporaryFolder();
      put(folder, 'a/1.json', FIRST);
      put(folder, 'a/2.json', { ...FIRST, required: ['b'] });
      put(folder, 'a/2.registered.json', content);

      const finding = new FileSchemaRegistry({ folder }).getSchema('a', '2');

      await expect(finding).rejects.toMatchObject({
        code: 'CONFIGURATION',
        message: expect.stringContaining('2.registered.json'),
      });
    },
  );

  it.each(['up.jsonata', 'down.jsonata', 'examples.json'])(
    'does not make a left-over %s part of a version that is registered without',
    async (suffix) => {
      const folder = temporaryFolder();
      const registry = new FileSchemaRegistry({ folder });
      await registry.register('a', FIRST);
      put(folder, `a/2.${suffix}`, '[]');

      await expect(registry.register('a', NUMBERS)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`2.${suffix} is there already`),
      });

      expect(existsSync(join(folder, 'a/2.json'))).toBe(false);
    },
  );

  it('completes a registration that was broken off, when the same is registered again', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('a', FIRST);
    put(folder, 'a/2.up.jsonata', '$\n');

    await registry.register('a', NUMBERS, { up: '$' });

    expect(await registry.getSchema('a')).toMatchObject({ version: '2' });
  });

  it('lets the loser of a race change nothing of what the winner wrote', async () => {
    const folder = temporaryFolder();
    const [one, other] = [new FileSchemaRegistry({ folder }), new FileSchemaRegistry({ folder })];
    await one.register('a', FIRST);

    const results = await Promise.allSettled([
      one.register('a', NUMBERS, { up: '$merge([$, {}])' }),
      other.register('a', BOOLEANS, { up: '$', down: '$' }),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const isFirst = results[0]?.status === 'fulfilled';
    expect(readFileSync(join(folder, 'a/2.up.jsonata'), 'utf8')).toBe(isFirst ? '$merge([$, {}])\n' : '$\n');
    expect(readdirSync(join(folder, 'a')).length).toBe(isFirst ? 5 : 6);
  });

  it('registers nothing while another process registers, and says what to do if none does', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });
    await registry.register('a', FIRST);
    put(folder, 'a/.registering', '');

    await expect(registry.register('a', NUMBERS)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('.registering if nobody is registering'),
    });

    expect(await registry.listVersions('a')).toHaveLength(1);
    rmSync(join(folder, 'a/.registering'));
    await registry.register('a', NUMBERS);
    expect(readdirSync(join(folder, 'a'))).not.toContain('.registering');
  });

  it('lets only one of two racing versions in, since neither was compared with the other', async () => {
    const folder = temporaryFolder();
    const [one, other] = [new FileSchemaRegistry({ folder }), new FileSchemaRegistry({ folder })];
    await one.register('a', FIRST);

    const results = await Promise.allSettled([
      one.register('a', BOOLEANS, { version: '2' }),
      other.register('a', NUMBERS, { version: '3' }),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await one.listVersions('a')).toHaveLength(2);
  });

  it('names the version whose reference leads nowhere, as a fault of the folder', async () => {
    const folder = temporaryFolder();
    put(folder, 'a/1.json', { $ref: 'nexus:gone/1' });

    await expect(new FileSchemaRegistry({ folder }).getSchema('a')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^Version 1 of a cannot be used: .*nexus:gone\/1/),
    });
  });

  it('is refused where it cannot be made', async () => {
    const folder = temporaryFolder();
    put(folder, 'file', '');

    const registering = new FileSchemaRegistry({ folder: join(folder, 'file') }).register('a', FIRST);

    await expect(registering).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });

  it('writes nothing that it could not read again', async () => {
    const folder = temporaryFolder();
    const registry = new FileSchemaRegistry({ folder });

    const registering = registry.register('a', { title: 'x'.repeat(5 * 1024 * 1024) });

    await expect(registering).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(readdirSync(join(folder, 'a'))).toEqual([]);
    expect(await registry.getSchema('a')).toBeUndefined();
  });
});
