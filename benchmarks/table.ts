import { CONTENDERS } from './embedded/contenders.ts';
import { type Measurement, median, WORKS } from './embedded/works.ts';

/** All repetitions of one contender at one work. */
export interface Row {
  readonly work: string;
  readonly contender: string;
  readonly measurements: Measurement[];
  /** Counted in a repetition of its own, where `strace` is there. */
  syncsPerCommit?: number;
}

const HEAD = [
  'work',
  'contender',
  'events/s (min–max)',
  '× raw',
  'p50 ms (min–max)',
  'commits per append',
  'syncs per commit',
  'loop delay p99 ms',
];

/** A table in Markdown: medians over the repetitions. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map((row) => cellsOf(row, rows))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(row: Row, rows: readonly Row[]): string[] {
  const { work, contender, measurements, syncsPerCommit } = row;
  const raw = rows.find((other) => other.work === work && other.contender === CONTENDERS[0]?.name);
  return [
    WORKS[work]?.name ?? work,
    contender,
    spread(measurements, 'eventsPerSecond', (rate) => Math.round(rate).toLocaleString('en')),
    raw === undefined ? '' : ratio(measurements, raw.measurements).toFixed(2),
    spread(measurements, 'p50Ms', (time) => time.toFixed(3)),
    medianOf(measurements, 'commitsPerAppend')?.toFixed(3) ?? '',
    syncsPerCommit?.toFixed(2) ?? '',
    medianOf(measurements, 'loopDelayP99Ms')?.toFixed(1) ?? '',
  ];
}

function spread(
  measurements: readonly Measurement[],
  key: keyof Measurement,
  write: (value: number) => string,
): string {
  const found = valuesOf(measurements, key);
  if (found.length === 0) return '';
  return `${write(median(found))} (${write(Math.min(...found))}–${write(Math.max(...found))})`;
}

/** How many times as quick as the raw database: by rate where there is one, else by the median time. */
function ratio(own: readonly Measurement[], raw: readonly Measurement[]): number {
  const rates = [medianOf(own, 'eventsPerSecond'), medianOf(raw, 'eventsPerSecond')] as const;
  if (rates[0] !== undefined && rates[1] !== undefined) return rates[0] / rates[1];
  return median(valuesOf(raw, 'p50Ms')) / median(valuesOf(own, 'p50Ms'));
}

function medianOf(measurements: readonly Measurement[], key: keyof Measurement): number | undefined {
  const found = valuesOf(measurements, key);
  return found.length === 0 ? undefined : median(found);
}

function valuesOf(measurements: readonly Measurement[], key: keyof Measurement): number[] {
  return measurements.flatMap((measurement) => measurement[key] ?? []);
}
