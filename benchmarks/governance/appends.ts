import { join } from 'node:path';
import { SqliteEventStore } from '@nexus/adapters/embedded';
import type { GovernedEventStoreOptions } from '@nexus/shared';
import type { Figures } from '../Group.ts';
import { type Column, fixed, medianOf, spreadColumn, whole } from '../table.ts';
import { CLERK, eventOf } from './events.ts';
import type { GovernanceWork, Scale } from './GovernanceWork.ts';
import { newPolicies, newRegistry } from './rules.ts';

const NO_RULES = 'no rules';
const CONTENDERS: Readonly<Record<string, () => GovernedEventStoreOptions>> = {
  [NO_RULES]: () => ({}),
  schemas: () => ({ schemaRegistry: newRegistry() }),
  'schemas and three policies': () => ({ schemaRegistry: newRegistry(), policy: newPolicies('fields') }),
};
const WRITERS = 64;
const PAYLOAD_BYTES = 300;

/** What rules cost beside the rest of an append to the disk. A receipt is stored by all, and names the rules. */
export const APPENDS: GovernanceWork = {
  title: `append 1 event of ${PAYLOAD_BYTES} bytes through SqliteEventStore, ${WRITERS} writers`,
  contenders: () => Object.keys(CONTENDERS),
  columns: [
    spreadColumn('appends/s (min–max)', 'appendsPerSecond', whole),
    spreadColumn('µs of an append (min–max)', 'appendUs', fixed(1)),
    onTopColumn('µs on top', 'appendUs'),
    spreadColumn('processor µs of an append (min–max)', 'processorUs', fixed(1)),
    onTopColumn('processor µs on top', 'processorUs'),
  ],
  run: measure,
};

function onTopColumn(title: string, key: string): Column {
  return {
    title,
    cell: ({ work, contender, measurements }, rows) => {
      if (contender === NO_RULES) return '';
      const bare = rows.find((row) => row.work === work && row.contender === NO_RULES)?.measurements ?? [];
      return ((medianOf(measurements, key) ?? Number.NaN) - (medianOf(bare, key) ?? Number.NaN)).toFixed(1);
    },
  };
}

async function measure(contender: string, { durationMs, folder }: Scale): Promise<Figures> {
  const store = new SqliteEventStore({ path: join(folder, 'store.db'), ...CONTENDERS[contender]?.() });
  await write(store, durationMs / 5, 'warm-up');
  const before = process.cpuUsage();
  const start = performance.now();
  const appends = await write(store, durationMs, 'order');
  const elapsedUs = (performance.now() - start) * 1_000;
  const { user, system } = process.cpuUsage(before);
  await store.close();
  return {
    appendsPerSecond: (appends * 1e6) / elapsedUs,
    appendUs: elapsedUs / appends,
    processorUs: (user + system) / appends,
  };
}

/** Each writer on an aggregate of its own, one append after the other. @returns the number of appends */
async function write(store: SqliteEventStore, durationMs: number, prefix: string): Promise<number> {
  const until = performance.now() + durationMs;
  let appends = 0;
  const writeOne = async (writer: number): Promise<void> => {
    for (let version = 1; performance.now() < until; version++) {
      await store.append([eventOf(PAYLOAD_BYTES, `${prefix}-${writer}`, version)], { principal: CLERK });
      appends++;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeOne(writer)));
  return appends;
}
