import { readFileSync } from 'node:fs';
import { ConcurrencyError, ConfigurationError, NotFoundError } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import { EXIT_CODE_MEANINGS, EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { errorOf, Kept, runCli } from './testing/runCli.ts';
import { VERSION } from './version.ts';

describe('nexus', () => {
  test('prints its help and its exit codes', async () => {
    const result = await runCli(['--help']);

    expect(result).toMatchObject({ code: 0, err: '' });
    for (const [name, code] of Object.entries(EXIT_CODES)) {
      const meaning = EXIT_CODE_MEANINGS[name as keyof typeof EXIT_CODES];
      expect(result.out).toMatch(new RegExp(`^ +${code} +${meaning}$`, 'm'));
    }
  });

  test.each([
    ['serve'],
    ['append'],
    ['read'],
    ['query'],
    ['tail'],
    ['import'],
    ['export'],
    ['receipt', 'show'],
    ['receipt', 'explain'],
    ['what-if'],
    ['schema', 'list'],
    ['schema', 'show'],
    ['schema', 'register'],
    ['schema', 'check'],
    ['schema', 'diff'],
    ['schema', 'validate'],
    ['schema', 'infer'],
    ['schema', 'types'],
    ['policy', 'check'],
    ['policy', 'test'],
    ['policy', 'explain'],
    ['audit', 'list'],
    ['audit', 'verify'],
    ['verify'],
    ['feed', 'status'],
    ['feed', 'parked', 'list'],
    ['feed', 'parked', 'show'],
    ['feed', 'parked', 'retry'],
    ['feed', 'parked', 'discard'],
    ['backup'],
    ['restore'],
  ])('has the command %s %s %s, whose help names the store', async (...words) => {
    const result = await runCli([...words, '--help']);

    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toContain(`Usage: nexus ${words.join(' ')}`);
    expect(result.out).toContain('--store <url>');
  });

  test('has the version of its package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

    const result = await runCli(['--version']);

    expect(result.out).toBe(`${manifest.version}\n`);
    expect(VERSION).toBe(manifest.version);
  });

  test.each([
    [[], /^Usage: nexus/],
    [['feed'], /^Usage: nexus feed/],
    [['raed', 'x'], /^nexus: USAGE: unknown command 'raed' \(Did you mean read\?\); .*\n$/],
    [['read'], /^nexus: USAGE: missing required argument 'aggregate'; .*\n$/],
    [['read', 'x', '--color'], /^nexus: USAGE: unknown option '--color'; .*\n$/],
    [['read', 'x', 'y'], /^nexus: USAGE: too many arguments.*\n$/],
    [['receipt', 'show', 'x', '0'], /^nexus: USAGE: VERSION must be an integer from 1, not "0"\n$/],
  ])('refuses the words %j', async (words, message) => {
    const result = await runCli(words);

    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toMatch(message);
  });

  test('writes an error as one JSON object for machines', async () => {
    const result = await runCli(['--json', 'read', 'x', '--store', 'nowhere:']);

    expect(result.code).toBe(9);
    expect(errorOf(result)).toEqual({
      code: 'CONFIGURATION',
      message: expect.any(String),
      kind: 'configuration',
      retryable: false,
      details: { setting: 'store' },
    });
  });

  test('writes an error as one line, without a stack or characters that move the cursor', async () => {
    const openStore = async () => {
      throw new TypeError('first\n  second \u001b[31mred');
    };

    const result = await runCli(['read', 'x', '--store', 'memory:'], { openStore });

    expect(result).toMatchObject({ code: 1, out: '', err: 'nexus: UNEXPECTED: first second \\u001b[31mred\n' });
  });

  test('takes the store from --store, then from NEXUS_STORE, then from the working folder', async () => {
    const opened: string[] = [];
    const openStore = async (url: string) => {
      opened.push(url);
      throw new ConfigurationError('store', 'not opened in this test');
    };

    await runCli(['append', '--store', 'memory:a'], { openStore, stdin: '[]', env: { NEXUS_STORE: 'memory:b' } });
    await runCli(['append'], { openStore, stdin: '[]', env: { NEXUS_STORE: 'memory:b' } });
    await runCli(['append'], { openStore, stdin: '[]', env: { NEXUS_STORE: '' } });

    expect(opened).toEqual(['memory:a', 'memory:b', 'sqlite:./nexus.db']);
  });

  test('refuses a level of the log that there is not', async () => {
    const result = await runCli(['read', 'x', '--store', 'memory:', '--json'], { env: { NEXUS_LOG_LEVEL: 'loud' } });

    expect(result.code).toBe(2);
    expect(errorOf(result).message).toContain('NEXUS_LOG_LEVEL is loud');
  });

  test('ends quietly when standard error has gone', async () => {
    const stderr = new Kept();
    stderr.destroy();

    const result = await runCli(['read'], { stderr });

    expect(result.code).toBe(2);
  });
});

describe('exitCodeOf', () => {
  test('tells kinds of errors apart', () => {
    const versions = { aggregateId: 'a', expectedVersion: 1, actualVersion: 2 };

    expect(exitCodeOf(new ConcurrencyError('', versions))).toBe(4);
    expect(exitCodeOf(new NotFoundError('', { what: '' }))).toBe(6);
    expect(exitCodeOf(new TypeError())).toBe(1);
  });
});
