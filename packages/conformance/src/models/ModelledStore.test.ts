import { InMemoryJournal } from '@nexus/adapters/embedded';
import { GovernedEventStore } from '@nexus/shared';
import { afterAll, describe, expect, it } from 'vitest';
import { type BrokenJournal, brokenJournals } from '../broken/index.ts';
import { journalFactory } from '../journalFactory.ts';
import { ModelledStore } from './ModelledStore.ts';
import { runSteps } from './runSteps.ts';
import type { Step } from './Step.ts';
import { agreesWithModel } from './testing/modelProperty.ts';
import { differing, runScript, runScriptOn, scriptOf } from './testing/scripts.ts';
import { inMemory, sqliteStores } from './testing/stores.ts';

const sqlite = sqliteStores();
afterAll(() => sqlite.remove());

const RUNS = { runs: 40, stepsMax: 40 } as const;
/** Found within the runs. */
const CAUGHT = [
  'overwrites what is stored',
  'accepts a gap',
  'tears a batch',
  'shows half of an append',
  'acknowledges before it commits',
  'forgets to compare digests',
  'finds repeats only in their first grouping',
  'makes up the receipt of a repeat',
  'drops receipts',
  'moves on when it refuses a stale append',
  'leaves out the last millisecond of a time range',
  'orders ids by UTF-16',
  'reorders the feed',
];
/** Faults that show in outcomes and ids, without any race. */
const REPRODUCED = ['overwrites what is stored', 'accepts a gap', 'leaves out the last millisecond of a time range'];

function broken(names: readonly string[]): readonly BrokenJournal[] {
  return brokenJournals.filter(({ name }) => names.includes(name));
}

/** What the property says of the journal. */
async function faultOf({ name, wrap }: BrokenJournal): Promise<string> {
  const factory = journalFactory(name, () => wrap(new InMemoryJournal()));
  return agreesWithModel(factory, { ...RUNS, seed: 1 }).then(
    () => 'none',
    (error: Error) => error.message,
  );
}

const SHARE = { form: 'next', aggregate: 0, size: 3, pick: 0 } as const;
const START = {
  kind: 'start',
  consumer: 0,
  from: 'start',
  checkpointEvery: 2,
  attemptsMax: 2,
  fails: 1,
  every: 2,
  isBeside: false,
} as const;
const EVERY_KIND: readonly Step[] = [
  START,
  { kind: 'append', shares: [SHARE, { ...SHARE, aggregate: 3 }] },
  { kind: 'append', shares: [{ ...SHARE, form: 'changed' }] },
  { kind: 'race', aggregate: 0, sizes: [1, 2, 1], isSame: false },
  { kind: 'race', aggregate: 3, sizes: [2, 2, 2], isSame: true },
  { kind: 'read', aggregate: 0, fromVersion: 2, toVersion: 3, isBackward: false, limit: 0 },
  { kind: 'read', aggregate: 0, fromVersion: 1, toVersion: 0, isBackward: true, limit: 2 },
  { kind: 'version', aggregate: 0, pick: 1 },
  { kind: 'query', eventType: 0, between: [3, 0], limit: 2 },
  { kind: 'retry', consumer: 0, aggregate: 0 },
  { kind: 'discard', consumer: 0, aggregate: 0, beside: 1 },
  { kind: 'discard', consumer: 0, aggregate: 0, beside: 0 },
  { ...START, isBeside: true, fails: 0 },
  { ...START, consumer: 1, from: 'now', fails: 4 },
  { kind: 'crash', aggregate: 3, size: 3, handles: 2 },
  { kind: 'interrupt', consumer: 0, aggregate: 0, size: 4, handles: 1 },
  { kind: 'stop', consumer: 1 },
  { ...START, consumer: 1, fails: 0 },
  { kind: 'reopen' },
  { kind: 'append', shares: [{ ...SHARE, form: 'regrouped' }] },
  { kind: 'subscribe' },
];

describe('a store beside its model', () => {
  it('answers as the model does, in memory', async () => {
    await expect(agreesWithModel(inMemory, RUNS)).resolves.toBeUndefined();
  });

  it('answers as the model does, on SQLite', async () => {
    await expect(agreesWithModel(sqlite.factory, { runs: 4, stepsMax: 15 })).resolves.toBeUndefined();
  });

  it.each(broken(CAUGHT))('differs from it where a journal $name', async (journal) => {
    const fault = await faultOf(journal);

    expect(fault).toMatch(/differs from the model \(seed -?\d+, path [\d:]+\)/);
  });

  it.each(broken(REPRODUCED))('says by which calls it differs where a journal $name', async (journal) => {
    const script = scriptOf(await faultOf(journal));
    const wrong = journal.wrap(new InMemoryJournal());

    const printed = await runScript(
      script,
      async (options) => new GovernedEventStore(wrong, { rateLimiter: null, ...options }),
    );

    expect(differing(printed)).toEqual(printed.slice(-1));
  });

  it('prints a script that answers as expected on a good journal', async () => {
    const [gap] = broken(['accepts a gap']) as [BrokenJournal];
    const script = scriptOf(await faultOf(gap));
    const journal = new InMemoryJournal();

    const printed = await runScript(script, async (options) => new GovernedEventStore(journal, options));

    expect(printed.at(-1)).toEqual(['VERSION_GAP', 'VERSION_GAP']);
    expect(differing(printed)).toEqual([]);
  });

  it('prints a script of every kind of step that answers as expected on a good store', async () => {
    const modelled = await ModelledStore.open(sqlite.factory);
    for (const step of EVERY_KIND) await modelled.run(step);
    await modelled.close();

    const printed = await runScriptOn(sqlite.factory, String(modelled.script));

    expect(printed.length).toBeGreaterThan(EVERY_KIND.length);
    expect(differing(printed)).toEqual([]);
  });

  it('takes steps that are made by hand, without any library', async () => {
    await expect(runSteps(inMemory, EVERY_KIND)).resolves.toBeUndefined();
  });
});
