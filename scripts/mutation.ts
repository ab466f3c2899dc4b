import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs Stryker, which mutates the sources where they lie and puts them back when it ends. It starts on a clean tree only,
 * so that whatever a broken run leaves behind can be told from work, and undone by git.
 */
const ROOT = join(import.meta.dirname, '..');
const RESTORE = 'git restore -- packages';

const before = changes();
if (before !== '') refuse(before);
const { status } = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
const after = changes();
if (after !== '') console.error(`The run left mutated sources behind; to put them back: ${RESTORE}\n${after}`);
process.exitCode = after === '' ? (status ?? 1) : 1;

function changes(): string {
  return execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
}

function refuse(dirty: string): never {
  console.error(
    `Mutation testing edits the sources in place, so it needs a clean tree. Commit your work, or clone the repository and run it there. If an earlier run broke off: ${RESTORE}\n${dirty}`,
  );
  process.exit(1);
}
