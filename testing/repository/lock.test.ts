import { describe, expect, it } from 'vitest';
import { readText } from './markdown.ts';

interface LockEntry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

describe.each(['package-lock.json', 'benchmarks/package-lock.json'])('the lock file %s', (file) => {
  const lock: { packages: Record<string, LockEntry> } = JSON.parse(readText(file));
  const entries = Object.entries(lock.packages);

  it('names no registry, so that every machine asks its own', () => {
    const named = entries.filter(([, { resolved = '' }]) => resolved.includes(':'));

    expect(named.map(([path]) => path)).toEqual([]);
  });

  it('holds every installed package to its content', () => {
    const installed = entries.filter(([path, { link }]) => path.includes('node_modules/') && link !== true);

    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });
});
