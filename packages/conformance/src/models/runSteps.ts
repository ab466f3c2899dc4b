import type { StoreFactory } from '../Harness.ts';
import { ModelledStore } from './ModelledStore.ts';
import type { Step } from './Step.ts';

/**
 * Takes steps on a new store and on its model.
 *
 * @throws AssertionError - they differ; the message ends in a script that shows it
 */
export async function runSteps(factory: StoreFactory, steps: readonly Step[]): Promise<void> {
  const modelled = await ModelledStore.open(factory);
  try {
    for (const step of steps) await modelled.run(step);
    await modelled.check();
  } finally {
    await modelled.close();
  }
}
