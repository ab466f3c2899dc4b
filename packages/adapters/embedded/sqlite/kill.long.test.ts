import { randomInt } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '../SqliteEventStore.ts';
import { appendsOf } from './testing/appendsOf.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { type KillPoint, runUntilKilled } from './testing/KilledProcess.ts';
import { integerBetween, seededRandom } from './testing/seededRandom.ts';

const ROUNDS = 40;

/** Of each writer, the receipts of its acknowledged appends, in their order. */
type Acknowledged = Map<string, string[]>;

interface Tally {
  /** Events of appends that were acknowledged, and how many of these are at their places. */
  acknowledged: number;
  found: number;
  /** Events that are there more than once. */
  doubled: number;
  /** Appends of which a part is there. */
  torn: number;
  /** Events that no writer sent, or that are there before their turn. */
  foreign: number;
}

/** A copy of what the dead left, so that the next process has to recover the file, and not the one who looks. */
function copyOf(path: string): string {
  const copy = join(temporaryFolder(), 'copy.db');
  for (const end of ['', '-wal']) if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${copy}${end}`);
  return copy;
}

/** Every event by its id, with its places. */
async function readPlaces(store: SqliteEventStore): Promise<Map<string, string[]>> {
  const places = new Map<string, string[]>();
  for await (const { eventId, aggregateId, aggregateVersion } of store.exportEvents()) {
    const place = `${aggregateId}@${aggregateVersion}`;
    places.set(eventId, [...(places.get(eventId) ?? []), place]);
  }
  return places;
}

/** Compares what is stored with what each writer was told, and with the one append that it was not told of. */
function compare(seed: string, acknowledged: Acknowledged, places: Map<string, string[]>): Tally {
  const tally: Tally = { acknowledged: 0, found: 0, doubled: 0, torn: 0, foreign: 0 };
  let expected = 0;
  for (const [writer, receipts] of acknowledged) {
    const appends = appendsOf(seed, writer);
    for (let number = 0; number <= receipts.length; number++) {
      const events = appends.next().value;
      const found = events.filter(({ eventId, aggregateId, aggregateVersion }) =>
        places.get(eventId)?.includes(`${aggregateId}@${aggregateVersion}`),
      ).length;
      expected += found;
      if (found !== 0 && found !== events.length) tally.torn++;
      if (number === receipts.length) continue;
      tally.acknowledged += events.length;
      tally.found += found;
    }
  }
  tally.doubled = [...places.values()].filter(({ length }) => length > 1).length;
  tally.foreign = places.size - expected;
  return tally;
}

/** Fails, with the seed, unless the store holds what it must and is sound. */
async function check(seed: string, round: string, path: string, acknowledged: Acknowledged): Promise<Tally> {
  const store = new SqliteEventStore({ path });
  const report = await store.verify();
  const tally = compare(seed, acknowledged, await readPlaces(store));
  await store.close();
  const where = `seed ${seed}, ${round}: ${JSON.stringify(tally)}`;
  expect(report, where).toMatchObject({ clean: true, findings: [] });
  expect(tally, where).toEqual({ ...tally, found: tally.acknowledged, doubled: 0, torn: 0, foreign: 0 });
  return tally;
}

/** Every fifth time while the file is opened, else anywhere between the first appends and some hundreds later. */
function killPointOf(random: () => number, writers: number): KillPoint {
  if (random() < 0.2) return { lines: 1, delayMs: integerBetween(random, 0, 40) };
  return { lines: 1 + integerBetween(random, 1, 20 + 4 * writers), delayMs: integerBetween(random, 0, 8) };
}

/** @returns how many appends were found stored, when they were sent again, by a process that had not been told */
function note(lines: readonly string[], acknowledged: Acknowledged): number {
  let replays = 0;
  for (const line of lines.filter((line) => line !== 'opens')) {
    const [writer = '', number, receipt = '', replayed] = line.split(' ');
    const receipts = acknowledged.get(writer);
    expect(Number(number)).toBe(receipts?.length);
    receipts?.push(receipt);
    if (replayed === 'true') replays++;
  }
  return replays;
}

/** The receipt that each writer was given is the one that is stored. */
async function checkReceipts(seed: string, path: string, acknowledged: Acknowledged): Promise<void> {
  const store = new SqliteEventStore({ path });
  for (const [writer, receipts] of acknowledged) {
    const appends = appendsOf(seed, writer);
    for (const receiptId of receipts) {
      const { aggregateId = '', aggregateVersion = 0 } = appends.next().value[0] ?? {};
      const stored = await store.getReceipt(aggregateId, aggregateVersion);
      expect(stored?.receiptId, `seed ${seed}, ${aggregateId}@${aggregateVersion}`).toBe(receiptId);
    }
  }
  await store.close();
}

test.for([
  ['one writer', [1]],
  ['64 concurrent writers of one process', [64]],
  ['two processes of 8 writers each', [8, 8]],
] as const)(
  '%s, killed forty times at random points, lose and double nothing and tear no append',
  async ([who, processes]) => {
    const seed = `${randomInt(2 ** 32)}`;
    const random = seededRandom(seed);
    const path = join(temporaryFolder(), 'nexus.db');
    const groups = processes.map((writers, index) => Array.from({ length: writers }, (_, each) => `${index}-${each}`));
    const acknowledged: Acknowledged = new Map(groups.flat().map((writer) => [writer, []]));
    let replays = 0;

    for (let round = 1; round <= ROUNDS; round++) {
      const running = groups.map((writers) => {
        const firsts = Object.fromEntries(writers.map((writer) => [writer, acknowledged.get(writer)?.length ?? 0]));
        return runUntilKilled({ path, seed, firsts }, killPointOf(random, writers.length));
      });
      for (const lines of await Promise.all(running)) replays += note(lines, acknowledged);
      await check(seed, `round ${round}`, copyOf(path), acknowledged);
    }

    const { found, doubled, torn, ...rest } = await check(seed, 'at the end', path, acknowledged);
    await checkReceipts(seed, path, acknowledged);
    expect(found).toBeGreaterThan(ROUNDS);
    console.log(
      `${who}, ${ROUNDS} rounds of kill -9 (seed ${seed}): ${rest.acknowledged} events acknowledged, ${found} found, ` +
        `${doubled} doubled, ${torn} torn; ${replays} appends were stored unacknowledged and found when sent again`,
    );
  },
);
