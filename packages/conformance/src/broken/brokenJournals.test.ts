import { InMemoryJournal } from '@nexus/adapters/embedded';
import type { EventJournal } from '@nexus/shared';
import { afterAll, describe, expect, it } from 'vitest';
import { runSuite } from '../conformanceSuite.ts';
import { type BrokenJournal, brokenFactory, brokenJournals } from './index.ts';

/** Enough for what the cases do in memory; a case that waits for what never comes fails by it. */
const CASE_TIMEOUT_MS = 2_000;

const caught: { broken: string; 'caught by': string; found: string }[] = [];

function shorten(error: unknown): string {
  const [line = ''] = String(error).split('\n');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

afterAll(() => console.table(caught));

describe('the suite', () => {
  it('knows ten and more ways to break a promise, each by its own name', () => {
    const names = brokenJournals.map(({ name }) => name);

    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(new Set(names).size).toBe(names.length);
  });

  // Those of the feed wait for what never comes, and can do so together.
  const isOfTheFeed = ({ caughtBy }: BrokenJournal) => caughtBy.startsWith('6.');
  it.concurrent.each(brokenJournals.filter(isOfTheFeed))('catches a journal that $name, by $caughtBy', isCaught);
  it.each(brokenJournals.filter((broken) => !isOfTheFeed(broken)))(
    'catches a journal that $name, by $caughtBy',
    isCaught,
  );

  async function isCaught(broken: BrokenJournal): Promise<void> {
    const { name, caughtBy } = broken;
    const factory = brokenFactory(broken, () => new InMemoryJournal());

    const [result] = await runSuite(factory, { only: [caughtBy], caseTimeoutMs: CASE_TIMEOUT_MS });

    expect(result).toMatchObject({ id: caughtBy, outcome: 'failed' });
    caught.push({ broken: name, 'caught by': caughtBy, found: shorten(result?.outcome === 'failed' && result.error) });
  }

  it('finds no fault in the journal that they are made of', async () => {
    const good = { name: 'good', caughtBy: 'none', wrap: (journal: EventJournal) => journal };
    const factory = brokenFactory(good, () => new InMemoryJournal());
    const only = brokenJournals.map(({ caughtBy }) => caughtBy);

    const results = await runSuite(factory, { only });

    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'passed'));
  });
});
