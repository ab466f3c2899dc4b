import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measurement, median, WORKS } from './embedded/works.ts';

/** Runs the benchmarks: contenders take turns, each repetition in a new process on a new file. */
const HELP = `npm run bench -- [GROUP] [--work NAME] [--repetitions N] [--events N] [--json]

  GROUP            embedded (default)
  --work NAME      one of: ${Object.keys(WORKS).join(', ')} (default: all)
  --repetitions N  of each contender at each work (default: 3)
  --events N       stored before the query by type and time (default: 100,000)
  --json           the measurements, for machines`;

const CONTENDERS = ['node:sqlite', 'node:sqlite, group commit', 'Nexus'] as const;
const REPETITION = join(import.meta.dirname, 'embedded/repetition.ts');
/** On the disk of the checkout: a temporary folder may lie in memory, where a sync costs nothing. */
const SCRATCH = join(import.meta.dirname, '../.cache/bench');

interface Row {
  readonly work: string;
  readonly contender: string;
  readonly measurements: Measurement[];
}

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

function main(): void {
  const works = values.work === undefined ? Object.keys(WORKS) : [values.work];
  const isKnown =
    works.every((work) => Object.hasOwn(WORKS, work)) && ['embedded'].includes(positionals[0] ?? 'embedded');
  if (values.help || !isKnown) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const rows = works.flatMap((work) => measure(work));
  if (values.json) console.log(JSON.stringify({ machine: machine(), rows }, null, 2));
  else console.log(`${machine()}\n\n${table(rows)}`);
}

function measure(work: string): Row[] {
  const contenders = CONTENDERS.filter((name) => WORKS[work]?.needsFeed === undefined || name === 'Nexus');
  const rows = contenders.map((contender) => ({ work, contender, measurements: [] as Measurement[] }));
  for (let repetition = 1; repetition <= Number(values.repetitions); repetition++) {
    for (const { contender, measurements } of rows) {
      process.stderr.write(`${work}, ${repetition} of ${values.repetitions}: ${contender}\n`);
      measurements.push(runOnce(contender, work));
    }
  }
  return rows;
}

function runOnce(contender: string, work: string): Measurement {
  mkdirSync(SCRATCH, { recursive: true });
  const folder = mkdtempSync(join(SCRATCH, 'run-'));
  try {
    const parameters = [REPETITION, contender, work, folder, values.events];
    return JSON.parse(execFileSync(process.execPath, parameters, { encoding: 'utf8' })) as Measurement;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(rows: readonly Row[]): string {
  const head =
    '| work | contender | events/s | × raw | p50 ms (min–max) | commits per append | loop delay p99 ms |\n|---|---|---|---|---|---|---|';
  return [head, ...rows.map((row) => line(row, rows))].join('\n');
}

function line({ work, contender, measurements }: Row, rows: readonly Row[]): string {
  const raw = rows.find((row) => row.work === work && row.contender === CONTENDERS[0]);
  const p50s = measurements.map(({ p50Ms }) => p50Ms);
  const spread = `${median(p50s).toFixed(3)} (${Math.min(...p50s).toFixed(3)}–${Math.max(...p50s).toFixed(3)})`;
  const rate = medianOf(measurements, 'eventsPerSecond');
  const cells = [
    WORKS[work]?.name ?? work,
    contender,
    rate === undefined ? '' : Math.round(rate).toLocaleString('en'),
    raw === undefined ? '' : ratio(measurements, raw.measurements).toFixed(2),
    spread,
    medianOf(measurements, 'commitsPerAppend')?.toFixed(3) ?? '',
    medianOf(measurements, 'loopDelayP99Ms')?.toFixed(1) ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** How many times as quick as the raw database: by rate where there is one, else by the median time. */
function ratio(own: readonly Measurement[], raw: readonly Measurement[]): number {
  const rates = [medianOf(own, 'eventsPerSecond'), medianOf(raw, 'eventsPerSecond')] as const;
  if (rates[0] !== undefined && rates[1] !== undefined) return rates[0] / rates[1];
  return median(raw.map(({ p50Ms }) => p50Ms)) / median(own.map(({ p50Ms }) => p50Ms));
}

function medianOf(measurements: readonly Measurement[], key: keyof Measurement): number | undefined {
  const found = measurements.flatMap((measurement) => measurement[key] ?? []);
  return found.length === 0 ? undefined : median(found);
}

function machine(): string {
  const [cpu] = cpus();
  const { node, sqlite } = process.versions;
  return `Node ${node}, SQLite ${sqlite}, ${cpus().length} × ${cpu?.model.trim()}, ${process.platform} ${process.arch}`;
}

main();
