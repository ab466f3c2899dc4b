import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CelPolicyEngine } from '@nexus/adapters/embedded';
import { describe, expect, test } from 'vitest';
import { checkConfig } from './config/checkConfig.ts';
import * as errors from './errors.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES } from './exit-codes.ts';
import { temporaryFolder } from './testing/runCli.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/command-line.md', import.meta.url), 'utf8').replaceAll('`', '');

describe('docs/command-line.md', () => {
  test.each(Object.entries(EXIT_CODES).filter(([, code]) => code < 128))(
    'has exit code %s with its meaning',
    (name, code) => {
      const meaning = EXIT_CODE_MEANINGS[name as keyof typeof EXIT_CODES];

      expect(DOCUMENT).toContain(`| ${code} | ${meaning} |`);
    },
  );

  test('has every code of an error that the command line prints', () => {
    const codes = [
      new errors.UsageError('').code,
      new errors.InputError('', { source: '' }).code,
      new errors.OutputError('', { target: '' }).code,
      new errors.RowError('', { rule: '' }).code,
      new errors.InterruptedError('SIGINT').code,
    ];
    const quiet = new errors.OutputClosedError('', {}).code;

    expect(codes.filter((code) => !DOCUMENT.includes(`| ${code} |`))).toEqual([]);
    expect(Object.keys(errors)).toHaveLength(codes.length + 1);
    expect(DOCUMENT).not.toContain(quiet);
  });
});

describe('docs/governance.md', () => {
  const text = readFileSync(new URL('../../../docs/governance.md', import.meta.url), 'utf8');
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? '';

  test('shows a configuration that is one', () => {
    expect(() => checkConfig(JSON.parse(block('json')), 'docs/governance.md')).not.toThrow();
  });

  test('shows a policy that is one', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.yaml'), block('yaml'));

    const engine = new CelPolicyEngine({ folder });

    expect(engine.policies.map(({ name }) => name)).toEqual(['large-orders-need-a-manager']);
    expect(engine.warnings).toEqual([]);
  });
});
