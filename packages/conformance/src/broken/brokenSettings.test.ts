import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { runSuite } from '../conformanceSuite.ts';
import { journalFactory } from '../journalFactory.ts';
import { brokenSettings, misgovernedFactory } from './index.ts';

const good = journalFactory('good', () => new InMemoryJournal());

it.each(brokenSettings)('catches a store that $name, by $caughtBy', async (broken) => {
  const { caughtBy } = broken;

  const [result] = await runSuite(misgovernedFactory(broken, good), { only: [caughtBy], caseTimeoutMs: 2_000 });

  expect(result).toMatchObject({ id: caughtBy, outcome: 'failed' });
});

it('finds no fault in a store that is governed as it was told', async () => {
  const told = { name: 'told', caughtBy: 'none', change: <Options>(options: Options) => options };
  const only = brokenSettings.map(({ caughtBy }) => caughtBy);

  const results = await runSuite(misgovernedFactory(told, good), { only });

  expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'passed'));
});
