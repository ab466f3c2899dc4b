import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * A module of a peer, by the slice of it that is used. Its name is no constant here, because what
 * `npm ci --prefix benchmarks` installs need not be there when types and imports are checked.
 */
export async function importPeer<Module>(name: string): Promise<Module> {
  return (await import(name)) as Module;
}

/** Finds out without loading them, because Act listens to the signals of any process that does. */
export function areInstalled(names: readonly string[]): boolean {
  const { resolve } = createRequire(import.meta.url);
  try {
    for (const name of names) resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Name and version of a module that is installed. */
export function versionOf(name: string): string {
  const manifest = join(import.meta.dirname, '../node_modules', name, 'package.json');
  return `${name} ${(JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version}`;
}
