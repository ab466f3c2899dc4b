import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from './pack.ts';

/** Packs every built package and holds the tarball to publint and attw, as its users will see it. */
const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'nexus-packages-'));
try {
  packAll(folder);
  for (const tarball of readdirSync(folder).map((name) => join(folder, name))) {
    run('publint', [tarball, '--strict']);
    run('attw', [tarball, '--profile', 'esm-only']);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(tool: string, parameters: readonly string[]): void {
  execFileSync(join(ROOT, 'node_modules/.bin', tool), parameters, { stdio: 'inherit' });
}
