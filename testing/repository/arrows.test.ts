import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'nexus-arrows-'));
  const ignored = /(^|\/)(node_modules|dist)(\/|$)/;
  for (const folder of ['packages', 'testing']) {
    cpSync(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !ignored.test(path.slice(ROOT.length)),
    });
  }
  for (const file of ['.dependency-cruiser.js', 'package.json']) cpSync(join(ROOT, file), join(copy, file));
  linkModules();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The installed modules, but for our own packages, which are the copied ones. */
function linkModules(): void {
  mkdirSync(join(copy, 'node_modules/@nexus'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((one) => one !== '@nexus')) {
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@nexus', name));
  }
}

/** Cruises the copy with one more file in it. */
function cruiseWith(path: string, content: string) {
  const file = join(copy, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const { status, stdout } = spawnSync(process.execPath, [CRUISER, 'packages', '--config', '.dependency-cruiser.js'], {
    cwd: copy,
    encoding: 'utf8',
  });
  rmSync(file);
  return { status, stdout };
}

describe('the check of arrows', () => {
  it('sees every source file, and finds nothing forbidden', () => {
    const files = execFileSync('git', ['ls-files', 'packages/**/*.ts'], { cwd: ROOT, encoding: 'utf8' })
      .trim()
      .split('\n');

    const { status, stdout } = cruiseWith('packages/shared/src/zz.ts', 'export const zz = 1;\n');

    expect(stdout).toMatch(/no dependency violations found/);
    expect(status).toBe(0);
    expect(Number(/\((\d+) modules/.exec(stdout)?.[1])).toBeGreaterThan(files.length);
  });

  it.each([
    [
      'shared importing a package',
      'packages/shared/src/zz.ts',
      "import { openEventStore } from '@nexus/adapters';",
      'shared-imports-no-package',
    ],
    [
      'shared importing a type of a package',
      'packages/shared/src/zz.ts',
      "import type { openEventStore } from '@nexus/adapters';",
      'shared-imports-no-package',
    ],
    [
      'shared doing I/O',
      'packages/shared/src/zz.ts',
      "import { readFileSync } from 'node:fs';",
      'shared-uses-node-crypto-alone',
    ],
    [
      'an adapter importing another',
      'packages/adapters/aws/zz.ts',
      "import { SqliteEventStore } from '../embedded/index.ts';",
      'adapters-never-import-one-another',
    ],
    [
      'an adapter importing deep into shared',
      'packages/adapters/embedded/zz.ts',
      "import { isoTime } from '../../shared/src/types/time.ts';",
      'adapters-import-shared',
    ],
    [
      'the suite importing an adapter',
      'packages/conformance/src/zz.ts',
      "import { SqliteEventStore } from '@nexus/adapters/embedded';",
      'conformance-imports-shared',
    ],
    [
      'the service importing an adapter',
      'packages/command-service/src/api/zz.ts',
      "import { openEventStore } from '@nexus/adapters';",
      'command-service-imports-shared',
    ],
    [
      'product code importing a test helper',
      'packages/shared/src/zz.ts',
      "import { ManualClock } from '../../../testing/ManualClock.ts';",
      'product-imports-no-test',
    ],
    [
      'an import that leads nowhere',
      'packages/shared/src/zz.ts',
      "import { nothing } from './nothing.ts';",
      'everything-resolves',
    ],
  ])('fails on %s', (_what, path, line, rule) => {
    const used = /\{ (\w+) \}/.exec(line)?.[1];

    const { status, stdout } = cruiseWith(path, `${line}\nexport type Zz = typeof ${used};\nexport const zz = 1;\n`);

    expect(stdout).toContain(rule);
    expect(status).not.toBe(0);
  });
});
