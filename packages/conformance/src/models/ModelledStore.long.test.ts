import { afterAll, expect, it } from 'vitest';
import { sharedInMemory } from './testing/brokenConsumers.ts';
import { agreesWithModel } from './testing/modelProperty.ts';
import { inMemory, sqliteStores } from './testing/stores.ts';

const sqlite = sqliteStores();
afterAll(() => sqlite.remove());

const MS_MAX = 10 * 60_000;

it('answers as the model does, in memory, in thousands of runs', async () => {
  await expect(agreesWithModel(inMemory, { runs: 1_500, stepsMax: 60, msMax: MS_MAX })).resolves.toBeUndefined();
});

it('answers as the model does, in memory where instances die, in thousands of runs', async () => {
  await expect(agreesWithModel(sharedInMemory, { runs: 2_000, stepsMax: 60, msMax: MS_MAX })).resolves.toBeUndefined();
});

it('answers as the model does, on SQLite, in tens of runs', async () => {
  await expect(agreesWithModel(sqlite.factory, { runs: 60, stepsMax: 60, msMax: MS_MAX })).resolves.toBeUndefined();
});
