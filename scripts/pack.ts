import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = join(import.meta.dirname, '../packages');

/** Packs every built package into a folder. @returns the paths of the tarballs */
export function packAll(folder: string): string[] {
  const built = readdirSync(PACKAGES).map((name) => join(PACKAGES, name, 'dist'));
  return built
    .filter((dist) => existsSync(join(dist, 'package.json')))
    .map((dist) => {
      const parameters = ['pack', dist, '--pack-destination', folder, '--silent'];
      return join(folder, execFileSync('npm', parameters, { encoding: 'utf8' }).trim());
    });
}
