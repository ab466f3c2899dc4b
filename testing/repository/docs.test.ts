import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GUARANTEES } from '@nexus/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownFiles, ROOT, readText, typescriptBlocks } from './markdown.ts';

const blocks = markdownFiles().flatMap(typescriptBlocks);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexus-docs-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(place: string, code: string): string {
  const file = join(folder, `${place.replaceAll(/[^\w]/g, '_')}.ts`);
  writeFileSync(file, code);
  return file;
}

describe('the code in the documentation', () => {
  it('compiles', () => {
    const files = blocks.map(({ place, code }) => write(place, code));
    const options = {
      noEmit: true,
      composite: false,
      incremental: false,
      isolatedDeclarations: false,
      declaration: false,
    };
    const config = {
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: {
        ...options,
        allowImportingTsExtensions: true,
        tsBuildInfoFile: null,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      files,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));

    const { status, stdout } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder],
      { encoding: 'utf8' },
    );

    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it.each(blocks.filter(({ runs }) => runs).map(({ place, code }) => [place, code]))('runs at %s', (place, code) => {
    const cwd = mkdtempSync(join(folder, 'run-'));

    const { status, stderr } = spawnSync(process.execPath, [write(place, code)], { cwd, encoding: 'utf8' });

    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('the documentation', () => {
  it.each(markdownFiles())('%s links only to what exists', (file) => {
    const links = [...readText(file).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const local = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.split('#')[0] ?? '');

    expect(local.filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
  });

  it('has one entry for each error code, with its kind', () => {
    const documented = [...readText('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\w+) \|/gm)].map(
      ([, code, kind]) => `${code} ${kind}`,
    );

    expect(documented.toSorted()).toEqual(errorCodes().toSorted());
  });

  it('names in its guarantees only cases that the suite has, and every guarantee of the suite', () => {
    const cases = new Set(GUARANTEES.flatMap((guarantee) => guarantee.cases.map(({ id }) => id)));
    const named = [...readText('docs/guarantees.md').matchAll(/`(\d\.[a-z0-9-]+)`/g)].map((match) => match[1] ?? '');

    expect(named.filter((id) => !cases.has(id))).toEqual([]);
    expect(new Set(named.map((id) => id[0])).size).toBe(GUARANTEES.length);
  });

  it('has a line for every dependency of every package and for no other, with its licence', () => {
    const page = readText('docs/dependencies.md');
    const manifests = execFileSync('git', ['ls-files', '*package.json'], { cwd: ROOT, encoding: 'utf8' })
      .trim()
      .split('\n');
    const names = manifests.flatMap((manifest) => {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readText(manifest));
      return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });

    const foreign = new Set(names.filter((name) => !name.startsWith('@nexus/')));
    const lines = [...page.matchAll(/^\| `([^`]+)` \|.*\| ([^|]+) \|$/gm)].map(([, name = '', licence]) => [
      name,
      licence,
    ]);
    expect(lines.map(([name]) => name).toSorted()).toEqual([...foreign].toSorted());
    const unusual = lines.filter(([, licence]) => !/MIT|Apache-2\.0|ISC|BSD-3-Clause/.test(licence ?? ''));
    expect(unusual).toEqual([['@event-driven-io/emmett-sqlite', 'none stated']]);
  });
});

/** Codes and kinds as the classes have them. */
function errorCodes(): string[] {
  const source = readText('packages/shared/src/types/errors.ts');
  const classes = source.split(/^export class /m).slice(1);
  return classes.map((text) => {
    const code = /^ {2}readonly code = '([A-Z_]+)';$/m.exec(text)?.[1];
    const kind = /^ {2}readonly kind = '(\w+)';$/m.exec(text)?.[1];
    return `${code} ${kind}`;
  });
}
