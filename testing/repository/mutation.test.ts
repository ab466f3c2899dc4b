import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from './markdown.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexus-mutation-'));
  cpSync(join(ROOT, 'scripts/mutation.ts'), join(folder, 'scripts/mutation.ts'));
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=nexus', '-c', 'user.email=nexus@example.com', 'commit', '--quiet', '-m', 'Start');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...parameters: string[]): void {
  execFileSync('git', parameters, { cwd: folder });
}

/** A Stryker that leaves a trace, and a file behind if told so; ignored by git, as dependencies are. */
function installStryker(): void {
  const bin = join(folder, 'node_modules/@stryker-mutator/core/bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules/\n');
  const code = `const { writeFileSync } = require('node:fs');
writeFileSync('.git/started', process.argv.slice(2).join(' '));
if (process.argv.includes('leave')) writeFileSync('mutated.ts', '');`;
  writeFileSync(join(bin, 'stryker.js'), code);
}

function run(...parameters: string[]) {
  return spawnSync(process.execPath, [join(folder, 'scripts/mutation.ts'), ...parameters], { encoding: 'utf8' });
}

describe('npm run mutation', () => {
  it('refuses a tree with changes, names them, and starts nothing', () => {
    installStryker();
    writeFileSync(join(folder, 'work.ts'), '');

    const { status, stderr } = run();

    expect(status).toBe(1);
    expect(stderr).toContain('clean tree');
    expect(stderr).toContain('work.ts');
    expect(() => readFileSync(join(folder, '.git/started'))).toThrow('ENOENT');
  });

  it('hands its parameters to Stryker on a clean tree', () => {
    installStryker();

    const { status, stderr } = run('--mutate', 'a.ts');

    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, '.git/started'), 'utf8')).toBe('run --mutate a.ts');
  });

  it('fails and says how to put back what a run left behind', () => {
    installStryker();

    const { status, stderr } = run('leave');

    expect(status).toBe(1);
    expect(stderr).toContain('git restore -- packages');
    expect(stderr).toContain('mutated.ts');
  });
});
