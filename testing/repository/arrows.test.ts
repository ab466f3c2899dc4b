import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './markdown.ts';

const FOLDERS = ['packages', 'examples', 'testing', 'benchmarks', 'scripts'];

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'nexus-arrows-'));
  const ignored = /(^|\/)(node_modules|dist)(\/|$)/;
  for (const folder of FOLDERS.filter((name) => existsSync(join(ROOT, name)))) {
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

/** Runs the check in the copy, as `npm run check:arrows` does in the checkout. */
function cruise(...parameters: readonly string[]) {
  return spawnSync('npm', ['run', '--silent', 'check:arrows', '--', ...parameters], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Runs the check with more files in the copy. */
function cruiseWith(files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), content);
  }
  const { status, stdout } = cruise();
  for (const path of Object.keys(files)) rmSync(join(copy, path));
  return { status, stdout };
}

/** A file that uses what it imports, so that no tool drops the import. */
function importing(line: string): string {
  const used = /\{ (\w+) \}/.exec(line)?.[1];
  return `${line}\nexport type Zz = typeof ${used};\nexport const zz = 1;\n`;
}

describe('the check of arrows', () => {
  it('sees every source file, and finds nothing forbidden', () => {
    const patterns = FOLDERS.map((folder) => `${folder}/**/*.ts`);
    const listed = execFileSync('git', ['ls-files', ...patterns], { cwd: ROOT, encoding: 'utf8' })
      .trim()
      .split('\n');
    const files = listed.filter((file) => existsSync(join(copy, file)));

    const { status, stdout } = cruise('--output-type', 'json');

    const { modules, summary } = JSON.parse(stdout);
    const seen = new Set(modules.map(({ source }: { source: string }) => source));
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
    expect(summary.violations).toEqual([]);
    expect(status).toBe(0);
  });

  it('fails on modules that import one another', () => {
    const { status, stdout } = cruiseWith({
      'packages/shared/src/yy.ts': "import { zz } from './zz.ts';\nexport const yy = (): number => zz();\n",
      'packages/shared/src/zz.ts': "import { yy } from './yy.ts';\nexport const zz = (): number => yy();\n",
    });

    expect(stdout).toContain('no-circles');
    expect(status).not.toBe(0);
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
      'a package imported by a path',
      'packages/adapters/embedded/zz.ts',
      "import { nextEvents } from '../../shared/src/index.ts';",
      'packages-by-their-names',
    ],
    [
      'a benchmark importing deep into a package',
      'benchmarks/zz.ts',
      "import { isoTime } from '../packages/shared/src/types/time.ts';",
      'packages-by-their-names',
    ],
    [
      'a deep import by name',
      'packages/adapters/embedded/zz.ts',
      "import { isoTime } from '@nexus/shared/src/types/time.ts';",
      'everything-resolves',
    ],
    [
      'an adapter loaded before a URL names it',
      'packages/adapters/zz.ts',
      "import { SqliteEventStore } from './embedded/index.ts';",
      'adapters-open-on-demand',
    ],
    [
      'the suite importing a test runner',
      'packages/conformance/src/zz.ts',
      "import { describe } from 'vitest';",
      'product-declares-its-dependencies',
    ],
    [
      'a test importing deep into another package',
      'packages/adapters/embedded/zz.test.ts',
      "import { isoTime } from '../../shared/src/types/time.ts';",
      'tests-import-entry-points',
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
    const { status, stdout } = cruiseWith({ [path]: importing(line) });

    expect(stdout).toContain(rule);
    expect(status).not.toBe(0);
  });
});
