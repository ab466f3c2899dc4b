import { describe, expect, it } from 'vitest';
import { type BrokenConsumers, brokenConsumers, sharedInMemory } from './testing/brokenConsumers.ts';
import { agreesWithModel } from './testing/modelProperty.ts';
import { differing, runScriptOn, scriptOf } from './testing/scripts.ts';

const RUNS = { runs: 100, stepsMax: 40 } as const;

/** Their faults take no wait until they show. */
const REPRODUCED = [
  'repeats entries',
  'loses the places of consumers',
  'begins at the start whatever is said',
  'writes places too seldom',
];

/** Subscriptions without a name see some of the faults sooner. */
async function faultOf({ factory }: BrokenConsumers, isShrunk: boolean): Promise<string> {
  const runs = agreesWithModel(factory, { ...RUNS, seed: 1, waitMsMax: 300, isShrunk, without: 'subscribe' });
  return runs.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('durable consumers beside their model', () => {
  it('stand where the model does, in memory, whatever dies', async () => {
    await expect(agreesWithModel(sharedInMemory, RUNS)).resolves.toBeUndefined();
  });

  it.each(brokenConsumers)('differ from it where the feed $name', async (broken) => {
    const message = await faultOf(broken, false);

    expect(message).toMatch(/differs from the model/);
    expect(message).toMatch(broken.fault);
  });

  it.each(brokenConsumers.filter(({ name }) => REPRODUCED.includes(name)))(
    'say by which calls they differ where the feed $name',
    async (broken) => {
      const script = scriptOf(await faultOf(broken, true));

      const printed = await runScriptOn(broken.factory, script);
      const good = await runScriptOn(sharedInMemory, script);

      expect(differing(printed)).toEqual(printed.slice(-1));
      expect(differing(good)).toEqual([]);
    },
  );
});
