import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';

const SHARED = `export class Shared {}`;
const BESIDE = `export const beside = new URL('./beside.txt', import.meta.url).href;`;

/** A folder of compiled modules, each with its source map. */
function compiled(modules: Readonly<Record<string, string>>): string {
  const dist = mkdtempSync(join(tmpdir(), 'nexus-package-bundle-'));
  onTestFinished(() => rmSync(dist, { recursive: true, force: true }));
  for (const [path, code] of Object.entries(modules)) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), code);
    writeFileSync(
      join(dist, `${path}.map`),
      JSON.stringify({ version: 3, sources: ['x.ts'], names: [], mappings: '' }),
    );
  }
  return dist;
}

function load(dist: string, entry: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(join(dist, `${entry}.js`)).href);
}

it('gives two entries of a package the same class', async () => {
  const dist = compiled({
    'shared.js': SHARED,
    'one.js': `export { Shared } from './shared.js';`,
    'inner/two.js': `export { Shared } from '../shared.js';`,
  });

  await bundle(dist, { entries: ['one', 'inner/two'], workers: [] });

  const [one, two] = await Promise.all([load(dist, 'one'), load(dist, 'inner/two')]);
  expect(one.Shared).toBeTypeOf('function');
  expect(one.Shared).toBe(two.Shared);
  expect(existsSync(join(dist, 'shared.js'))).toBe(false);
});

it('leaves a module that finds files beside itself in its folder', async () => {
  const dist = compiled({
    'inner/beside.js': BESIDE,
    'one.js': `export { beside } from './inner/beside.js';`,
    'two.js': `export { beside } from './inner/beside.js';`,
  });

  await bundle(dist, { entries: ['one', 'two'], workers: [] });

  const { beside } = await load(dist, 'one');
  expect(beside).toBe(pathToFileURL(join(dist, 'inner/beside.txt')).href);
});

it('refuses to move a module that finds files beside itself, and leaves what was compiled', async () => {
  const dist = compiled({ 'inner/beside.js': BESIDE, 'one.js': `export { beside } from './inner/beside.js';` });

  await expect(bundle(dist, { entries: ['one'], workers: [] })).rejects.toThrow(RangeError);

  expect(existsSync(join(dist, 'inner/beside.js'))).toBe(true);
});

it('writes what a thread starts with as one module that shares nothing', async () => {
  const dist = compiled({
    'shared.js': SHARED,
    'one.js': `export { Shared } from './shared.js';`,
    'worker.js': `export { Shared } from './shared.js';`,
  });

  await bundle(dist, { entries: ['one'], workers: ['worker'] });

  const [one, worker] = await Promise.all([load(dist, 'one'), load(dist, 'worker')]);
  expect(worker.Shared).toBeTypeOf('function');
  expect(worker.Shared).not.toBe(one.Shared);
});
