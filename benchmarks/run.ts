import { parseArgs } from 'node:util';
import type { Group, Row } from './Group.ts';
import { GROUPS } from './groups.ts';
import { isInMemory, machine } from './machine.ts';
import { hasStrace, runRepetition, syncsPerCommit } from './runRepetition.ts';

/** Runs the benchmarks: contenders take turns, each repetition in a new process on a new file. */
const HELP = `npm run bench -- [GROUP] [--work NAME] [--repetitions N] [--events N] [--json]

  GROUP            ${GROUPS.map(({ name }) => name).join(' or ')} (default: all)
  --work NAME      one of: ${GROUPS.map((group) => `${Object.keys(group.works).join(', ')} (${group.name})`).join(';\n                   ')}
                   (default: all but ${GROUPS.flatMap(longWorksOf).join(', ')})
  --repetitions N  of each contender at each work (default: 3)
  --events N[,N]   of ${GROUPS.flatMap(({ works }) => Object.keys(works).filter((work) => works[work]?.takesEvents)).join(', ')}
                   (default: 100,000); several, such as 10000,100000,1000000, show how figures grow
  --json           the measurements, for machines`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string' },
    repetitions: { type: 'string', default: '3' },
    events: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const repetitions = Number(values.repetitions);
const eventCounts = values.events.split(',').map(Number);

async function main(): Promise<void> {
  if (values.help || !isUnderstood()) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (isInMemory())
    say('The files lie in memory, where a sync costs nothing: no figure of an append is worth anything.');
  const canCountSyncs = hasStrace();
  if (!canCountSyncs) say('There is no strace here: syncs are not counted.');
  const measured: { readonly group: Group; readonly rows: readonly Row[] }[] = [];
  for (const group of chosenGroups()) measured.push({ group, rows: await measureGroup(group, canCountSyncs) });
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  const machineAndVersions = [machine(), ...measured.flatMap(({ group }) => group.versions())].join(', ');
  const rows = measured.flatMap((one) => one.rows);
  if (values.json) console.log(JSON.stringify({ machine: machineAndVersions, rows }, null, 2));
  else console.log([machineAndVersions, ...measured.map((one) => one.group.tables(one.rows))].join('\n\n'));
}

function isUnderstood(): boolean {
  const areGroups = positionals.length <= 1 && positionals.every((name) => GROUPS.some((group) => group.name === name));
  const numbers = [repetitions, ...eventCounts].every((number) => Number.isSafeInteger(number) && number >= 1);
  return areGroups && numbers && chosenGroups().length > 0;
}

/** Those that are named, and have the work that is named. */
function chosenGroups(): Group[] {
  const [name] = positionals;
  return GROUPS.filter((group) => name === undefined || group.name === name).filter(
    ({ works }) => values.work === undefined || Object.hasOwn(works, values.work),
  );
}

function worksOf(group: Group): string[] {
  if (values.work !== undefined) return [values.work];
  const long = longWorksOf(group);
  return Object.keys(group.works).filter((work) => !long.includes(work));
}

function longWorksOf({ works }: Group): string[] {
  return Object.keys(works).filter((work) => works[work]?.isLong === true);
}

async function measureGroup(group: Group, canCountSyncs: boolean): Promise<Row[]> {
  const works = worksOf(group);
  try {
    await group.prepare?.(works, say);
    return works.flatMap((work) => measure(group, work, canCountSyncs && group.countsSyncs(work)));
  } finally {
    group.finish?.(works);
  }
}

function measure(group: Group, work: string, mustCountSyncs: boolean): Row[] {
  const counts = group.works[work]?.takesEvents === true ? eventCounts : eventCounts.slice(0, 1);
  return counts.flatMap((storedEvents) => {
    const rows = rowsOf(group, work, storedEvents);
    for (let repetition = 1; repetition <= repetitions; repetition++) measureOnce(group, rows, repetition);
    if (mustCountSyncs) countSyncs(group, rows);
    return rows;
  });
}

function rowsOf(group: Group, work: string, storedEvents: number): Row[] {
  return group.contendersOf(work).map((contender) => {
    return { group: group.name, work, contender, storedEvents, measurements: [] };
  });
}

function measureOnce(group: Group, rows: readonly Row[], repetition: number): void {
  for (const { contender, work, storedEvents, measurements } of rows) {
    progress(`${work}, ${repetition} of ${repetitions}: ${contender}`);
    const { commits: _, ...figures } = runRepetition(group, { contender, work, storedEvents });
    measurements.push(figures);
  }
}

function countSyncs(group: Group, rows: readonly Row[]): void {
  for (const row of rows) {
    progress(`${row.work}, counting syncs: ${row.contender}`);
    row.syncsPerCommit = syncsPerCommit(group, row);
  }
}

const CLEAR_LINE = '\r\x1b[2K';

/** In a terminal one line that changes, else lines. */
function progress(message: string): void {
  process.stderr.write(process.stderr.isTTY ? `${CLEAR_LINE}${message}` : `${message}\n`);
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

await main();
