import { parseArgs } from 'node:util';
import { CONTENDERS } from './embedded/contenders.ts';
import { WORKS } from './embedded/works.ts';
import { isInMemory, machine } from './machine.ts';
import { hasStrace, runRepetition, syncsPerCommit } from './runRepetition.ts';
import { type Row, table } from './table.ts';

/** Runs the benchmarks: contenders take turns, each repetition in a new process on a new file. */
const HELP = `npm run bench -- [GROUP] [--work NAME] [--repetitions N] [--events N] [--json]

  GROUP            embedded (default)
  --work NAME      one of: ${Object.keys(WORKS).join(', ')}
                   (default: all but append-to-stored)
  --repetitions N  of each contender at each work (default: 3)
  --events N       stored before type-and-time and append-to-stored (default: 100,000)
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
const storedEvents = Number(values.events);

function main(): void {
  if (values.help || !isUnderstood()) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (isInMemory())
    say('The files lie in memory, where a sync costs nothing: no figure of an append is worth anything.');
  const canCountSyncs = hasStrace();
  if (!canCountSyncs) say('There is no strace here: syncs are not counted.');
  const rows = works().flatMap((work) => measure(work, canCountSyncs));
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  if (values.json) console.log(JSON.stringify({ machine: machine(), rows }, null, 2));
  else console.log(`${machine()}\n\n${table(rows)}`);
}

function isUnderstood(): boolean {
  const groups = positionals.length === 0 || (positionals.length === 1 && positionals[0] === 'embedded');
  const numbers = [repetitions, storedEvents].every((number) => Number.isSafeInteger(number) && number >= 1);
  return groups && numbers && works().every((work) => Object.hasOwn(WORKS, work));
}

function works(): string[] {
  if (values.work !== undefined) return [values.work];
  return Object.keys(WORKS).filter((work) => WORKS[work]?.isLong !== true);
}

function measure(work: string, canCountSyncs: boolean): Row[] {
  const kind = WORKS[work]?.kind ?? 'append';
  const rows: Row[] = CONTENDERS.filter(({ kinds }) => kinds.includes(kind)).map(({ name }) => {
    return { work, contender: name, measurements: [] };
  });
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const { contender, measurements } of rows) {
      progress(`${work}, ${repetition} of ${repetitions}: ${contender}`);
      const { commits: _, ...measurement } = runRepetition({ contender, work, storedEvents });
      measurements.push(measurement);
    }
  }
  if (canCountSyncs && kind === 'append') countSyncs(rows);
  return rows;
}

function countSyncs(rows: readonly Row[]): void {
  for (const row of rows) {
    progress(`${row.work}, counting syncs: ${row.contender}`);
    row.syncsPerCommit = syncsPerCommit({ contender: row.contender, work: row.work, storedEvents });
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

main();
