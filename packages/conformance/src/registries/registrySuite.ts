import type { CompatibilityLevels, SchemaRegistry } from '@nexus/shared';
import type { SuiteRunner } from '../SuiteRunner.ts';
import { REGISTRY_CASES } from './cases.ts';

/** Makes the registries that the suite tests. */
export interface RegistryFactory {
  /** Shown in the name of the suite. */
  readonly name: string;
  /** Makes an empty registry whose types owe these levels. */
  create(compatibility: CompatibilityLevels): Promise<RegistryHarness>;
}

/** One registry under test. */
export interface RegistryHarness {
  readonly registry: SchemaRegistry;
  /** Opens the same content anew, as another process would, under other levels. Where content outlives the process. */
  reopen?(compatibility: CompatibilityLevels): Promise<SchemaRegistry>;
  /** Removes the content. */
  dispose(): Promise<void>;
}

/**
 * Registers with the test runner what every schema registry promises: versions are immutable and in order, one that
 * breaks its level never becomes active, and what cannot be applied in linear time is refused.
 */
export function registrySuite(runner: SuiteRunner, factory: RegistryFactory): void {
  runner.describe(`${factory.name} conforms as a schema registry`, () => {
    for (const { name, levels = {}, run, needsReopen = false } of REGISTRY_CASES) {
      runner.it(name, async (context) => {
        const harness = await factory.create(levels);
        try {
          if (!needsReopen || harness.reopen !== undefined) await run(harness.registry, harness);
          else context?.skip?.('the content ends with the process');
        } finally {
          await harness.dispose();
        }
      });
    }
  });
}
