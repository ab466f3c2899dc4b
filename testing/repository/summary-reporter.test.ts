import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './markdown.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexus-summary-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one test file as CI does. @returns the exit status, the output and the counts passed, failed, skipped */
function run(content: string, parameters: readonly string[] = []) {
  const counts = join(folder, 'counts');
  rmSync(counts, { force: true });
  writeFileSync(join(folder, 'some.test.js'), `import { beforeAll, it } from 'vitest';\n${content}`);
  const reporter = join(ROOT, 'scripts/summary-reporter.ts');
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--reporter', reporter, ...parameters],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: 'true', NEXUS_TEST_COUNTS: counts } },
  );
  return { status, stdout, counts: readFileSync(counts, 'utf8') };
}

describe('the counts of tests', () => {
  it('name a skipped test with its reason', () => {
    const result = run("it('passes', () => {});\nit('waits', (context) => context.skip('no server'));\n");

    expect(result).toMatchObject({ status: 0, counts: '1 0 1\n' });
    expect(result.stdout).toContain('skipped: some.test.js > waits: no server');
  });

  it('fail in CI on a skip that gives no reason', () => {
    const result = run("it('passes', () => {});\nit.skip('waits', () => {});\n");

    expect(result).toMatchObject({ status: 1, counts: '1 0 1\n' });
    expect(result.stdout).toContain('skipped: some.test.js > waits: no reason given');
  });

  it('do not take tests that were not asked for as skipped without a reason', () => {
    const result = run("it('passes', () => {});\nit('waits', () => {});\n", ['-t', 'passes']);

    expect(result).toMatchObject({ status: 0, stdout: expect.not.stringContaining('skipped:') });
  });

  it.each([
    ['a failing test', "it('fails', () => { throw new Error('no'); });\n", '0 1 0\n'],
    ['a file that cannot be loaded', "import './missing.js';\nit('passes', () => {});\n", '0 1 0\n'],
    ['a failing hook', "beforeAll(() => { throw new Error('no'); });\nit('passes', () => {});\n", '0 1 1\n'],
    [
      'an error outside tests',
      "it('passes', () => new Promise((done) => { setTimeout(() => { done(); throw new Error('no'); }); }));\n",
      '1 1 0\n',
    ],
  ])('count %s as a failure', (_what, content, counts) => {
    expect(run(content)).toMatchObject({ status: 1, counts });
  });
});
