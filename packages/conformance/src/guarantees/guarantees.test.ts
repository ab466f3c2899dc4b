import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARANTEES } from './index.ts';

const CASES = GUARANTEES.flatMap(({ number, cases }) => cases.map((one) => ({ number, ...one })));

describe('the cases', () => {
  it('cover the guarantees 0 to 8, in their order', () => {
    expect(GUARANTEES.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('have ids that are unique, stable in form, and begin with the number of their guarantee', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    for (const { id, number } of CASES) expect(id).toMatch(new RegExp(`^${number}\\.[a-z0-9]+(-[a-z0-9]+)*$`));
  });

  it('are there where the README names them', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const ids = CASES.map(({ id }) => id);

    const named = [...readme.matchAll(/`(\d\.[a-z0-9-]+)`/g)].map(([, id]) => id);

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });
});
