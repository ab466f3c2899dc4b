import { join } from 'node:path';
import type { Figures, Group, Row } from '../Group.ts';
import { type Column, fixed, medianColumn, medianOf, spreadColumn, table, whole } from '../table.ts';
import { CONTENDERS } from './contenders.ts';
import { areInstalled, versionOf } from './peers.ts';
import { buildStart } from './start.ts';
import type { Work } from './Work.ts';
import { WORKS } from './works.ts';

const COLUMNS: readonly Column[] = [
  { title: 'work', cell: ({ work }) => WORKS[work]?.name ?? work },
  { title: 'events', cell: ({ work, storedEvents }) => (WORKS[work]?.takesEvents ? whole(storedEvents) : '') },
  { title: 'contender', cell: ({ contender }) => contender },
  spreadColumn('events/s (min–max)', 'eventsPerSecond', whole),
  { title: '× raw', cell: ratioToRaw },
  spreadColumn('p50 ms (min–max)', 'p50Ms', fixed(3)),
  medianColumn('p99 ms', 'p99Ms', fixed(3)),
  medianColumn('commits per append', 'commitsPerAppend', fixed(3)),
  { title: 'syncs per commit', cell: ({ syncsPerCommit }) => syncsPerCommit?.toFixed(2) ?? '' },
  medianColumn('loop delay p99 ms', 'loopDelayP99Ms', fixed(1)),
  spreadColumn('MiB at most (min–max)', 'memoryMiBMax', whole),
  medianColumn('heap growth MiB', 'heapGrowthMiB', fixed(1)),
];

/** Names of the contenders that are not installed. */
const missing = new Set<string>();

/** The SQLite store beside the bare database, and beside its peers where they are installed. */
export const EMBEDDED: Group = {
  name: 'embedded',
  process: join(import.meta.dirname, 'repetition.ts'),
  works: WORKS,
  prepare,
  contendersOf: (work) =>
    CONTENDERS.filter(({ kinds, name }) => kinds.includes(kindOf(work)) && !missing.has(name)).map(({ name }) => name),
  countsSyncs: (work) => kindOf(work) === 'append',
  versions: () => CONTENDERS.filter(({ name }) => !missing.has(name)).flatMap(({ peer = [] }) => peer.map(versionOf)),
  // Without what no row has: most figures belong to some works only.
  tables: (rows) =>
    table(
      rows,
      COLUMNS.filter(({ cell }) => rows.some((row) => cell(row, rows) !== '')),
    ),
};

async function prepare(works: readonly string[], say: (message: string) => void): Promise<void> {
  for (const { name, peer = [] } of CONTENDERS) if (!areInstalled(peer)) missing.add(name);
  if (missing.size > 0) say(`Not installed, and left out: ${[...missing].join(', ')} (npm ci --prefix benchmarks).`);
  if (works.includes('start')) buildStart(say);
}

function kindOf(work: string): Work['kind'] {
  return WORKS[work]?.kind ?? 'append';
}

function ratioToRaw({ work, storedEvents, measurements }: Row, rows: readonly Row[]): string {
  const raw = rows.find(
    (other) => other.work === work && other.storedEvents === storedEvents && other.contender === CONTENDERS[0]?.name,
  );
  return raw === undefined ? '' : ratio(measurements, raw.measurements).toFixed(2);
}

/** How many times as quick as the raw database: by rate where there is one, else by the median time. */
function ratio(own: readonly Figures[], raw: readonly Figures[]): number {
  const rates = [medianOf(own, 'eventsPerSecond'), medianOf(raw, 'eventsPerSecond')] as const;
  if (rates[0] !== undefined && rates[1] !== undefined) return rates[0] / rates[1];
  return (medianOf(raw, 'p50Ms') ?? Number.NaN) / (medianOf(own, 'p50Ms') ?? Number.NaN);
}
