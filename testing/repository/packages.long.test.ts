import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packAll } from '../../scripts/pack.ts';
import { ROOT, typescriptBlocks } from './markdown.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexus-consumer-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')]);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  const tarballs = packAll(folder);
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, 'typescript@7.0.2', '@types/node@24'],
    { cwd: folder, stdio: 'pipe' },
  );
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('compiles and runs the first example of the README on the packed packages, in an empty project', () => {
  const [example] = typescriptBlocks('README.md');
  writeFileSync(join(folder, 'example.ts'), example?.code ?? '');
  const options = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['example.ts'] }));

  const compiled = spawnSync(join(folder, 'node_modules/.bin/tsc'), [], { cwd: folder, encoding: 'utf8' });
  const run = spawnSync(process.execPath, ['out/example.js'], { cwd: folder, encoding: 'utf8' });

  expect(compiled.stdout).toBe('');
  expect(run.stderr).toBe('');
  expect(run.stdout).toContain('replayed: true');
  expect(run.stdout).toContain('refused: ');
});

it('runs the packed command line', () => {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);

  const { status, stdout } = spawnSync(
    join(folder, 'node_modules/.bin/nexus'),
    ['verify', '--store', 'memory:', '--json'],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: path } },
  );

  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ clean: true, events: 0 });
});

it('keeps what the packed packages register in a bundle of them', async () => {
  const program = `
    import '@nexus/adapters/embedded';
    import { SchemaRegistryFactory } from '@nexus/shared';
    console.log(SchemaRegistryFactory.create({ provider: 'file', folder: './schemas' }).constructor.name);`;
  writeFileSync(join(folder, 'program.js'), program);
  const build = await rolldown({ input: 'program.js', cwd: folder, platform: 'node' });
  await build.write({ file: join(folder, 'bundle.mjs'), format: 'esm', codeSplitting: false });
  await build.close();

  const { stdout } = spawnSync(process.execPath, ['bundle.mjs'], { cwd: folder, encoding: 'utf8' });

  expect(stdout).toBe('FileSchemaRegistry\n');
});
