import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT } from './markdown.ts';

/** Uses nothing by name of the module that registers, which is what a bundler drops where `sideEffects` is wrong. */
const PROGRAM = `
import '@nexus/adapters/embedded';
import { SchemaRegistryFactory } from '@nexus/shared';
export const registry = SchemaRegistryFactory.create({ provider: 'file', folder: './schemas' });
`;

async function bundle(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const input = join(folder, 'program.ts');
  writeFileSync(input, code);
  const file = join(folder, 'bundle.mjs');
  const build = await rolldown({
    input,
    cwd: ROOT,
    platform: 'node',
    resolve: { modules: [join(ROOT, 'node_modules')] },
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
  return file;
}

it('keeps the provider "file" registered in a bundle', async () => {
  const file = await bundle(PROGRAM);

  const { registry } = await import(pathToFileURL(file).href);

  expect(registry.constructor.name).toBe('FileSchemaRegistry');
});
