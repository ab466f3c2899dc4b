import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');
const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const CASES = '\\[[23]\\.|\\[1\\.acknowledged';

/** The first program of the README that imports this runner, as the test file of an author's package. */
function writeExample(runner: string): { readonly folder: string; readonly file: string } {
  const programs = [...README.matchAll(/^```ts no-run\n(\/\/ YourJournal\.test\.ts.*?)^```$/gms)].map(
    ([, code]) => code,
  );
  const program = programs.find((code) => code?.includes(`from '${runner}'`)) ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'nexus-runners-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(NODE_MODULES, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const file = join(folder, 'YourJournal.test.ts');
  writeFileSync(file, program);
  return { folder, file };
}

async function run(parameters: readonly string[], cwd: string): Promise<string> {
  const { VITEST: _, NODE_OPTIONS: __, NEXUS_TESTS: ___, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd, env, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

it("runs, as the README shows it, under Node's own test runner, and tells it which cases do not apply", async () => {
  const { folder, file } = writeExample('node:test');

  const output = await run(['--test', '--test-reporter=tap', `--test-name-pattern=${CASES}`, file], folder);

  expect(output).toMatch(/^# fail 0$/m);
  expect(output).toMatch(/^ *ok \d+ - refuses an append that would leave a gap.*\[2\.gap-is-refused\]$/m);
  expect(output).toMatch(/^ *ok \d+ - .*\[1\.acknowledged-survives\] # SKIP capabilities\.durable is false$/m);
});

it('runs, as the README shows it, under vitest, and tells it which cases do not apply', async () => {
  const { folder } = writeExample('vitest');

  const vitest = join(NODE_MODULES, 'vitest/vitest.mjs');
  const output = await run([vitest, 'run', '-t', CASES, '--reporter=tap-flat'], folder);

  expect(output).not.toMatch(/^not ok/m);
  expect(output).toMatch(/^ok \d+ - .*\[2\.gap-is-refused\] # time=/m);
  expect(output).toMatch(/^ok \d+ - .*\[1\.acknowledged-survives\].* # SKIP/m);
});
