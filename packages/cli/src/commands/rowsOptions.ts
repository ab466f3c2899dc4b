import type { Command } from 'commander';
import { collect } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { ColumnOptions } from '../import/CsvColumns.ts';
import { csvRows } from '../import/csvRows.ts';
import type { ImportRow } from '../import/ImportRow.ts';
import { type JsonFormat, jsonRows } from '../import/jsonRows.ts';
import { isZone } from '../import/parseTime.ts';
import { readText } from '../import/readText.ts';
import type { Shell } from '../Shell.ts';

const FORMATS = ['csv', 'events', 'cloudevents'] as const;

/** What the rows of a file mean. */
export interface RowsOptions extends Partial<ColumnOptions> {
  readonly format?: (typeof FORMATS)[number];
  readonly zone?: string;
  readonly truncateTime?: boolean;
}

/** Adds the options to a command that reads a file of events. */
export function addRowsOptions(command: Command): Command {
  return command
    .option('--aggregate <column>', 'CSV: the column that names the aggregate')
    .option('--type <column>', 'CSV: the column that names the event type')
    .option('--time <column>', 'CSV: the column that says when it happened')
    .option('--user <column>', 'CSV: the column that says who did it, for metadata.userId')
    .option(
      '--map <field=column>',
      'CSV: another name for a column: FIELD of the payload, or metadata.KEY (repeatable)',
      collect,
    )
    .option('--format <format>', `what FILE holds: ${FORMATS.join(', ')} (default: by its name, and line by line)`)
    .option('--zone <zone>', 'the zone of times that name none, such as +01:00')
    .option('--truncate-time', 'cut digits behind milliseconds off');
}

/**
 * The rows of a file, or of standard input for `-`.
 *
 * @throws UsageError - the options contradict each other, or do not say what the file holds
 */
export function rowsOf(shell: Shell, file: string, options: RowsOptions): AsyncIterable<ImportRow> {
  const { zone, truncateTime: truncate } = options;
  if (zone !== undefined && !isZone(zone)) {
    throw new UsageError(`--zone takes an offset such as +01:00, or Z, not ${JSON.stringify(zone)}`, {
      argument: '--zone',
    });
  }
  const format = formatOf(file, options);
  const text = readText(file, shell.context.stdin, shell.signal);
  const source = file === '-' ? 'standard input' : file;
  return format === 'csv'
    ? csvRows(text, source, { ...columnsOf(options), zone, truncate })
    : jsonRows(text, source, { format, zone, truncate });
}

/** Those of the options that are given, such as `--zone`. */
export function givenRowsOptions(options: RowsOptions): string[] {
  const { zone, truncateTime, format } = options;
  const others = { '--zone': zone, '--truncate-time': truncateTime, '--format': format };
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  return [...given.map(([name]) => name), ...columnOptionsOf(options)];
}

/** `undefined`: JSON lines, each to be looked at. */
function formatOf(file: string, options: RowsOptions): 'csv' | JsonFormat | undefined {
  const { format } = options;
  if (format !== undefined && !FORMATS.includes(format)) {
    throw new UsageError(`--format is one of ${FORMATS.join(', ')}, not ${JSON.stringify(format)}`, {
      argument: '--format',
    });
  }
  const name = file.toLowerCase().replace(/\.gz$/, '');
  if (format === 'csv' || (format === undefined && name.endsWith('.csv'))) return 'csv';
  const isCsv = columnOptionsOf(options).length > 0;
  if (!isCsv && (format !== undefined || /\.(jsonl|ndjson)$/.test(name))) return format;
  if (isCsv && format === undefined && !/\.(jsonl|ndjson)$/.test(name)) return 'csv';
  if (isCsv)
    throw new UsageError(`${columnOptionsOf(options).join(' and ')} are for CSV, and ${file} is read as JSON lines`);
  throw new UsageError(`${file} does not say what it holds by its name; say --format ${FORMATS.join('|')}`, {
    argument: '--format',
  });
}

function columnOptionsOf({ aggregate, type, time, user, map }: RowsOptions): string[] {
  const given = Object.entries({ aggregate, type, time, user, map }).filter(([, value]) => value !== undefined);
  return given.map(([name]) => `--${name}`);
}

function columnsOf({ aggregate, type, time, user, map }: RowsOptions): ColumnOptions {
  if (aggregate !== undefined && type !== undefined && time !== undefined) return { aggregate, type, time, user, map };
  const missing = Object.entries({ aggregate, type, time }).filter(([, value]) => value === undefined);
  throw new UsageError(`CSV needs ${missing.map(([name]) => `--${name} COLUMN`).join(' and ')}`);
}
