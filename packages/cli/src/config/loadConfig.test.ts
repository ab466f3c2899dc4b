import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSchema } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import { errorOf, eventJson, runCli, SAMPLE_CONFIG, temporaryFolder } from '../testing/runCli.ts';
import { CONFIG_SCHEMA } from './checkConfig.ts';
import { loadConfig } from './loadConfig.ts';

function folderWith(config: unknown): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'nexus.config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return folder;
}

describe('nexus.config.json', () => {
  test('names paths from its own folder', () => {
    const folder = folderWith({
      store: 'sqlite:./data/nexus.db',
      schemas: { folder: './schemas' },
      policies: { folder: 'policies' },
      audit: { folder: '../audit' },
    });

    expect(loadConfig(folder, undefined)).toEqual({
      store: `sqlite:${join(folder, 'data/nexus.db')}`,
      schemas: { folder: join(folder, 'schemas') },
      policies: { folder: join(folder, 'policies') },
      audit: { folder: join(folder, '../audit') },
    });
  });

  test('takes an absolute path for what it is', () => {
    const elsewhere = temporaryFolder();
    const [schemas, policies, audit] = ['schemas', 'policies', 'audit'].map((name) => join(elsewhere, name));

    const config = loadConfig(
      folderWith({ schemas: { folder: schemas }, policies: { folder: policies }, audit: { folder: audit } }),
      undefined,
    );

    expect(config).toEqual({ schemas: { folder: schemas }, policies: { folder: policies }, audit: { folder: audit } });
  });

  test('is not asked for, and not read where "none" is said', () => {
    expect(loadConfig(temporaryFolder(), undefined)).toEqual({});
    expect(loadConfig(folderWith({ store: 'memory:' }), 'none')).toEqual({});
  });

  test.each([
    ['a misspelt key', { schemes: { folder: 'x' } }, 'schemes', 'did you mean schemas?'],
    ['a misspelt key within', { audit: { foldr: 'x' } }, 'audit.foldr', 'did you mean folder?'],
    ['a wrong value', { mode: 'enforced' }, 'mode', 'must be one of enforce, observe'],
    [
      'a wrong level',
      { schemas: { folder: 'x', compatibility: { types: { A: 'BACK' } } } },
      'schemas.compatibility.types.A',
      'BACKWARD_TRANSITIVE',
    ],
    ['a missing folder', { schemas: {} }, 'schemas.folder', 'is required'],
    ['a limit out of bounds', { limits: { queriesPerMinute: 0 } }, 'limits.queriesPerMinute', '>= 1'],
    ['a store that is no URL', { store: './nexus.db' }, 'store', 'pattern'],
    ['no object', [], 'config', 'object'],
  ])('is refused for %s, which the error names', (_, config, setting, message) => {
    const folder = folderWith(config);

    expect(() => loadConfig(folder, undefined)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        details: { setting },
        message: expect.stringMatching(new RegExp(`nexus\\.config\\.json: .*${message.replace('?', '\\?')}`)),
      }),
    );
  });

  test.each([
    ['is no JSON', '{ "store": '],
    ['has a key twice', '{ "mode": "observe", "mode": "enforce" }'],
  ])('is refused where it %s', async (_, text) => {
    const result = await runCli(['verify', '--json'], { cwd: folderWith(text) });

    expect(result.code).toBe(9);
    expect(errorOf(result).code).toBe('CONFIGURATION');
  });

  test('is refused where the named file is not there', async () => {
    const result = await runCli(['verify', '--config', 'nowhere.json', '--json'], { cwd: temporaryFolder() });

    expect(result.code).toBe(9);
    expect(errorOf(result).message).toContain('nowhere.json');
  });

  test('names the store that commands work with, where no option does', async () => {
    const folder = folderWith({ store: 'sqlite:./nexus.db' });

    await runCli(['append'], { cwd: folder, stdin: eventJson() });
    const read = await runCli(['read', 'order-1', '--json', '--store', `sqlite:${join(folder, 'nexus.db')}`]);

    expect(JSON.parse(read.out)).toMatchObject({ eventId: 'e1' });
  });

  test('governs what commands write', async () => {
    const folder = folderWith({ store: 'sqlite:./nexus.db', schemas: { folder: './schemas' } });
    mkdirSync(join(folder, 'schemas'));

    const refused = await runCli(['append', '--json'], { cwd: folder, stdin: eventJson() });

    expect(refused.code).toBe(3);
    expect(errorOf(refused).code).toBe('SCHEMA_VALIDATION_FAILED');
  });

  test('stops a command whose folder of rules is not there', async () => {
    const folder = folderWith({ schemas: { folder: './nowhere' } });

    const result = await runCli(['append', '--json'], { cwd: folder, stdin: eventJson() });

    expect(result.code).toBe(9);
    expect(errorOf(result).message).toContain('nowhere');
  });

  test('has a published schema that the sample keeps', async () => {
    const { default: published } = await import('@nexus/cli/nexus.config.schema.json', { with: { type: 'json' } });
    const sample = JSON.parse(readFileSync(SAMPLE_CONFIG, 'utf8'));

    expect(published).toEqual(CONFIG_SCHEMA);
    expect(compileSchema(CONFIG_SCHEMA)(sample)).toEqual([]);
  });
});
