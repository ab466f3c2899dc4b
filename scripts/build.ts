import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundle } from './bundle.ts';

/**
 * Builds every package into its `dist`, ready to be packed: compiled sources, for some packages bundled, the manifest
 * that points at them, and whatever the sources read beside code. In the checkout, manifests point at the sources.
 */
const ROOT = join(import.meta.dirname, '..');
const PACKAGES = join(ROOT, 'packages');

/** The packages that services import, whose start counts, with the modules that they start threads with. */
const BUNDLED: ReadonlyMap<string, readonly string[]> = new Map([
  ['shared', []],
  ['adapters', ['embedded/sqlite/writer', 'embedded/sqlite/integrity-checker']],
]);

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly publishConfig: Readonly<Record<string, string>>;
}

const folders = readdirSync(PACKAGES).filter((name) => existsSync(join(PACKAGES, name, 'package.json')));
for (const name of folders) rmSync(join(PACKAGES, name, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: ROOT, stdio: 'inherit' });
for (const name of folders) {
  const workers = BUNDLED.get(name);
  if (workers !== undefined) await bundle(join(PACKAGES, name, 'dist'), { entries: entriesOf(name), workers });
  finish(name);
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(PACKAGES, name, 'package.json'), 'utf8')) as Manifest;
}

function entriesOf(name: string): string[] {
  return Object.values(manifestOf(name).exports).map((source) => source.replace(/^\.\/(.*)\.ts$/, '$1'));
}

function finish(name: string): void {
  const folder = join(PACKAGES, name);
  const dist = join(folder, 'dist');
  const manifest = manifestOf(name);
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(dist, 'LICENSE'));
  const readme = join(folder, 'README.md');
  cpSync(existsSync(readme) ? readme : join(ROOT, 'README.md'), join(dist, 'README.md'));
  for (const bin of Object.values(manifest.bin ?? {})) copy(folder, join(folder, bin));
  for (const asset of assetsOf(folder)) copy(folder, asset);
  rmSync(join(dist, 'tsconfig.tsbuildinfo'));
}

/** The same manifest; each entry leads to the compiled module and its types. */
function publishedManifest(manifest: Manifest) {
  const { directory: _directory, ...publishConfig } = manifest.publishConfig;
  const entries = Object.entries(manifest.exports).map(([path, source]) => {
    const module = source.replace(/\.ts$/, '');
    if (module === source) return [path, source];
    return [path, { types: `${module}.d.ts`, default: `${module}.js` }];
  });
  return { ...manifest, exports: Object.fromEntries(entries), publishConfig };
}

/** JSON files beside the sources, but for the manifest and the settings of tools. */
function assetsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith('.json') && file.parentPath !== folder)
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => !/[\\/](dist|node_modules)[\\/]/.test(path.slice(folder.length)));
}

function copy(folder: string, file: string): void {
  const target = join(folder, 'dist', relative(folder, file));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
}
