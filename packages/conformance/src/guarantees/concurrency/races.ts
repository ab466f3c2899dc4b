import assert from 'node:assert/strict';
import { type DomainEvent, isNexusError } from '@nexus/shared';
import { eventOf, eventsOf } from '../../bench/events.ts';
import { contentOf, holds, isClean } from '../../bench/expectations.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const WRITERS = 20;

/** Every writer appends its own event at this version, all at once. The event that won. */
async function race(stores: readonly ConformingStore[], version: number): Promise<DomainEvent> {
  const events = Array.from({ length: WRITERS }, (_, writer) => eventOf('a', version, { eventId: `${writer}` }));
  const outcomes = await Promise.allSettled(
    events.map((event, writer) => (stores[writer % stores.length] as ConformingStore).append([event])),
  );
  const winners = events.filter((_, writer) => outcomes[writer]?.status === 'fulfilled');
  assert.equal(winners.length, 1, `${winners.length} writers won`);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !isNexusError(outcome.reason, 'CONCURRENCY_CONFLICT')) throw outcome.reason;
  }
  return winners[0] as DomainEvent;
}

/** So many races, and what they left. */
async function raceOften(stores: readonly ConformingStore[], versions: number): Promise<void> {
  const winners: DomainEvent[] = [];
  for (let version = 1; version <= versions; version++) winners.push(await race(stores, version));

  for (const store of stores) await holds(store, 'a', winners);
  for (const store of stores) await isClean(store);
}

/** The code of a refusal; another error as text. */
function codeOf(error: unknown): string {
  return isNexusError(error) ? error.code : String(error);
}

export const RACE_CASES: readonly ConformanceCase[] = [
  {
    id: '2.one-of-racing-writers-wins',
    name: 'lets exactly one of 20 racing writers win, again and again',
    async run(bench) {
      const { store } = await bench.open();

      await raceOften([store], 5);
    },
  },
  {
    id: '2.one-of-racing-instances-wins',
    name: 'lets exactly one of 20 writers win that race through two instances',
    async run(bench) {
      const { store, second } = await bench.open();

      await raceOften([store, await second()], 5);
    },
  },
  {
    id: '2.many-appends-in-one-turn',
    name: 'refuses none of 64 appends to 64 aggregates in one turn',
    async run(bench) {
      const { store } = await bench.open();

      await Promise.all(Array.from({ length: 64 }, (_, index) => store.append(eventsOf(`a${index}`, 1, 3))));

      assert.equal((await contentOf(store)).length, 192);
      await isClean(store);
    },
  },
  {
    id: '2.many-appends-through-two-instances',
    name: 'refuses none of 64 appends in one turn through two instances',
    async run(bench) {
      const { store, second } = await bench.open();
      const stores = [store, await second()];

      await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          (stores[index % 2] as ConformingStore).append([eventOf(`a${index}`, 1)]),
        ),
      );

      for (const one of stores) assert.equal((await contentOf(one)).length, 64);
    },
  },
  {
    id: '2.sequential-writer-is-never-refused',
    name: 'refuses no append of a writer that is alone and waits for each reply',
    async run(bench) {
      const { store } = await bench.open();

      for (let version = 1; version <= 100; version++) await store.append([eventOf('a', version)]);

      await holds(store, 'a', eventsOf('a', 1, 100));
    },
  },
  {
    id: '2.failures-beside-successes',
    name: 'refuses of many appends in one turn only those that are wrong, each for its own reason',
    async run(bench) {
      const { store } = await bench.open();
      await store.append([eventOf('taken', 1)]);

      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, (_, index) => {
          if (index % 3 === 0) return store.append([eventOf('taken', 1, { eventId: `stale ${index}` })]);
          if (index % 3 === 1) return store.append([eventOf('gap', index + 2)]);
          return store.append(eventsOf(`good ${index}`, 1, 2));
        }),
      );

      const refused = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index % 3] : []));
      assert.equal(refused.filter((kind) => kind === 2).length, 0);
      assert.equal(refused.length, 40);
      const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [codeOf(outcome.reason)] : []));
      assert.deepEqual(new Set(codes), new Set(['CONCURRENCY_CONFLICT', 'VERSION_GAP']));
      assert.equal(codes.filter((code) => code === 'VERSION_GAP').length, 20);
      assert.equal((await contentOf(store)).length, 41);
      await isClean(store);
    },
  },
];
