import { stripTypeScriptTypes } from 'node:module';
import type { GovernedEventStoreOptions } from '@nexus/shared';
import { Bench } from '../../bench/Bench.ts';
import type { ConformingStore, StoreFactory } from '../../Harness.ts';

type Open = (options: GovernedEventStoreOptions) => Promise<ConformingStore>;

/** What was expected, and what was answered. */
export type Printed = readonly (readonly [string, string])[];

/** The script in what the property says of a failure. */
export function scriptOf(fault: string): string {
  return /This reproduces it:\n\n(.*)\nSteps: /s.exec(fault)?.[1] ?? '';
}

/** Runs a script, and returns what it printed. */
export async function runScript(script: string, open: Open): Promise<Printed> {
  const source = encodeURIComponent(stripTypeScriptTypes(script));
  const { reproduce } = await import(/* @vite-ignore */ `data:text/javascript,${source}`);
  const printed: [string, string][] = [];
  await reproduce(open, (expected: unknown, actual: unknown) => printed.push([String(expected), String(actual)]));
  return printed;
}

/** Runs a script on a new store of the factory, which opens instances of it. */
export async function runScriptOn(factory: StoreFactory, script: string): Promise<Printed> {
  const bench = new Bench(factory);
  const { second } = await bench.open();
  try {
    return await runScript(script, (options) => second({ rateLimiter: null, ...options }));
  } finally {
    await bench.dispose();
  }
}

/** Lines on which a script found something else than was expected. */
export function differing(printed: Printed): Printed {
  return printed.filter(([expected, actual]) => expected !== actual);
}
