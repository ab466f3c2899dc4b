import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { type Plugin, type RolldownOutput, rolldown } from 'rolldown';

interface Entries {
  /** Modules that are imported by name, without `.js`. What several of them need is written once. */
  readonly entries: readonly string[];
  /** Modules that threads start with, each bundled alone: a thread has its own instance of everything anyway. */
  readonly workers: readonly string[];
}

/** Leads from the bundle to the TypeScript sources, and not only to what was compiled of them. */
const WITH_SOURCE_MAPS: Plugin = {
  name: 'with-source-maps',
  load: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
};

/**
 * Joins the compiled modules of a package into a few, which take their place, because Node takes longer to find and
 * link many small modules than to run them. Dependencies stay outside; declarations stay as they are.
 *
 * @throws RangeError - a module that finds files beside itself would end in another folder
 */
export async function bundle(dist: string, { entries, workers }: Entries): Promise<void> {
  const outputs = [await bundled(dist, entries, true)];
  for (const worker of workers) outputs.push(await bundled(dist, [worker], false));
  for (const output of outputs) refuseMoved(dist, output);
  for (const path of compiledModules(dist)) rmSync(path);
  for (const file of outputs.flatMap(({ output }) => output)) {
    const path = join(dist, file.fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.type === 'chunk' ? file.code : file.source);
  }
}

async function bundled(dist: string, entries: readonly string[], codeSplitting: boolean): Promise<RolldownOutput> {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
    cwd: dist,
    platform: 'node',
    external: /^[^./]/,
    plugins: [WITH_SOURCE_MAPS],
  });
  try {
    return await build.generate({
      dir: dist,
      format: 'esm',
      sourcemap: true,
      codeSplitting,
      entryFileNames: '[name].js',
      chunkFileNames: ({ moduleIds }) => `${folderOf(dist, moduleIds)}/[name].js`,
    });
  } finally {
    await build.close();
  }
}

/** Where a chunk of such modules lies: in the folder of one that finds files beside itself, if there is any. */
function folderOf(dist: string, modules: readonly string[]): string {
  const anchor = modules.find(findsFiles);
  return anchor === undefined ? 'chunks' : relative(dist, dirname(anchor));
}

function refuseMoved(dist: string, { output }: RolldownOutput): void {
  for (const chunk of output) {
    if (chunk.type === 'asset') continue;
    const folder = join(dist, dirname(chunk.fileName));
    const moved = chunk.moduleIds.filter(findsFiles).find((module) => dirname(module) !== folder);
    if (moved !== undefined) throw new RangeError(`${moved} finds files beside itself, and would be in ${folder}`);
  }
}

function findsFiles(module: string): boolean {
  return isAbsolute(module) && readFileSync(module, 'utf8').includes('import.meta.');
}

function compiledModules(dist: string): string[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.js(\.map)?$/.test(file)).map((file) => join(dist, file));
}
