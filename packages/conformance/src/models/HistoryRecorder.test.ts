import { InMemoryJournal } from '@nexus/adapters/embedded';
import { afterAll, describe, expect, it } from 'vitest';
import { brokenJournals } from '../broken/index.ts';
import { journalFactory } from '../journalFactory.ts';
import { isLinearizable } from './checkLinearizable.ts';
import type { Operation } from './Operation.ts';
import { seededRandom } from './testing/concurrentClients.ts';
import { type RecordedRound, recordRounds } from './testing/recordedRounds.ts';
import { inMemory, sqliteStores } from './testing/stores.ts';
import { UncertainJournal } from './testing/UncertainJournal.ts';

const sqlite = sqliteStores();
afterAll(() => sqlite.remove());

const SHORT = { rounds: 10, callsOfEach: 25, instances: 1 } as const;
/** Each append waits for the disk. */
const ON_DISK = { ...SHORT, rounds: 3 } as const;

/** Mutants whose fault shows in versions and ids alone: the rest change what these do not hold. */
const VISIBLE = ['accepts a gap', 'shows half of an append', 'acknowledges before it commits', 'tears a batch'];

function expectLinearizable(rounds: readonly RecordedRound[]): void {
  expect(rounds.filter(({ verdict }) => !verdict.linearizable).map(({ seed, verdict }) => ({ seed, verdict }))).toEqual(
    [],
  );
}

function outcomesOf(rounds: readonly RecordedRound[]): Set<string> {
  const nameOf = (operation: Operation) => (operation.call === 'append' ? operation.outcome : operation.call);
  return new Set(rounds.flatMap(({ history }) => history.map(nameOf)));
}

describe('recorded histories', () => {
  it('are linearizable in memory, and hold every outcome that is known', async () => {
    const rounds = await recordRounds(inMemory, SHORT);

    expectLinearizable(rounds);
    expect(outcomesOf(rounds)).toEqual(new Set(['stored', 'replayed', 'conflict', 'gap', 'read', 'version']));
  });

  it('are linearizable on SQLite, in one instance', async () => {
    const rounds = await recordRounds(sqlite.factory, ON_DISK);

    expectLinearizable(rounds);
    expect(outcomesOf(rounds)).toContain('conflict');
  });

  it('are linearizable on SQLite, through two instances of one file', async () => {
    const rounds = await recordRounds(sqlite.factory, { ...ON_DISK, instances: 2 });

    expectLinearizable(rounds);
    expect(outcomesOf(rounds)).toContain('conflict');
  });

  it('are linearizable where replies and appends are lost', async () => {
    const random = seededRandom(1);
    const factory = journalFactory('uncertain', () => new UncertainJournal(new InMemoryJournal(), random));

    const rounds = await recordRounds(factory, SHORT);

    expectLinearizable(rounds);
    expect(outcomesOf(rounds)).toContain('ambiguous');
  });

  it.each(brokenJournals.filter(({ name }) => VISIBLE.includes(name)))(
    'give away a journal that $name',
    async ({ name, wrap }) => {
      const factory = journalFactory(name, () => wrap(new InMemoryJournal()));

      const rounds = await recordRounds(factory, SHORT);

      expect(rounds.some(({ history }) => !isLinearizable(history))).toBe(true);
    },
  );
});
