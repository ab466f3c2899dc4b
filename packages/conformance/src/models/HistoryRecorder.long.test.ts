import { InMemoryJournal } from '@nexus/adapters/embedded';
import { afterAll, expect, it } from 'vitest';
import { journalFactory } from '../journalFactory.ts';
import { seededRandom } from './testing/concurrentClients.ts';
import { type RecordedRound, recordRounds } from './testing/recordedRounds.ts';
import { inMemory, sqliteStores } from './testing/stores.ts';
import { UncertainJournal } from './testing/UncertainJournal.ts';

const sqlite = sqliteStores();
afterAll(() => sqlite.remove());

const LONG = { rounds: 300, callsOfEach: 60, instances: 1 } as const;
const ON_DISK = { ...LONG, rounds: 60 } as const;

function expectLinearizable(rounds: readonly RecordedRound[]): void {
  const faults = rounds.filter(({ verdict }) => !verdict.linearizable);
  expect(faults.map(({ seed, verdict }) => ({ seed, verdict }))).toEqual([]);
}

it('records linearizable histories in memory', async () => {
  expectLinearizable(await recordRounds(inMemory, LONG));
});

it('records linearizable histories where replies and appends are lost', async () => {
  const random = seededRandom(2);
  const factory = journalFactory('uncertain', () => new UncertainJournal(new InMemoryJournal(), random));

  expectLinearizable(await recordRounds(factory, LONG));
});

it('records linearizable histories on SQLite, in one instance', async () => {
  expectLinearizable(await recordRounds(sqlite.factory, ON_DISK));
});

it('records linearizable histories on SQLite, through two instances of one file', async () => {
  expectLinearizable(await recordRounds(sqlite.factory, { ...ON_DISK, instances: 2 }));
});
