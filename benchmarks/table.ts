import type { Figures, Row } from './Group.ts';

/** A column of a table; a cell may compare its row with the others. */
export interface Column {
  readonly title: string;
  readonly cell: (row: Row, rows: readonly Row[]) => string;
}

/** A table in Markdown. */
export function table(rows: readonly Row[], columns: readonly Column[]): string {
  const lines = [
    columns.map(({ title }) => title),
    columns.map(() => '---'),
    ...rows.map((row) => columns.map(({ cell }) => cell(row, rows))),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A column of medians over the repetitions, with the least and the greatest. */
export function spreadColumn(title: string, key: string, write: (value: number) => string): Column {
  return { title, cell: ({ measurements }) => spread(measurements, key, write) };
}

/** A column of medians over the repetitions. */
export function medianColumn(title: string, key: string, write: (value: number) => string): Column {
  return {
    title,
    cell: ({ measurements }) => {
      const found = medianOf(measurements, key);
      return found === undefined ? '' : write(found);
    },
  };
}

function spread(measurements: readonly Figures[], key: string, write: (value: number) => string): string {
  const found = valuesOf(measurements, key);
  if (found.length === 0) return '';
  return `${write(median(found))} (${write(Math.min(...found))}–${write(Math.max(...found))})`;
}

export function medianOf(measurements: readonly Figures[], key: string): number | undefined {
  const found = valuesOf(measurements, key);
  return found.length === 0 ? undefined : median(found);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length * percent) / 100)] ?? Number.NaN;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** @returns writes numbers with so many digits after the point */
export function fixed(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}

function valuesOf(measurements: readonly Figures[], key: string): number[] {
  return measurements.flatMap((measurement) => measurement[key] ?? []);
}
