import { canonicalJson, type JsonObject } from '@nexus/shared';
import { InputError, RowError } from '../errors.ts';
import { type ColumnOptions, type ColumnTarget, type CsvColumns, findColumns } from './CsvColumns.ts';
import type { ImportEvent, ImportRow } from './ImportRow.ts';
import { parseTime, type TimeRules } from './parseTime.ts';
import { type CsvRecord, readCsv } from './readCsv.ts';

/**
 * The rows of a CSV file. Cells are strings; an empty cell is left out, of the payload and of the row's identity.
 *
 * @throws InputError - the file is not CSV, or lacks a column
 */
export async function* csvRows(
  pieces: AsyncIterable<string>,
  source: string,
  options: ColumnOptions & TimeRules,
): AsyncGenerator<ImportRow, void, undefined> {
  let columns: CsvColumns | undefined;
  for await (const record of readCsv(pieces, source)) {
    if (columns === undefined) columns = findColumns(record.fields, options, source);
    else yield rowOf(record, columns, options);
  }
  if (columns === undefined)
    throw new InputError(`${source} is empty; its first line must name the columns`, { source });
}

function rowOf({ line, fields }: CsvRecord, columns: CsvColumns, rules: TimeRules): ImportRow {
  if (fields.length !== columns.header.length) {
    return { line, source: fields, toEvent: () => refuseLength(fields, columns) };
  }
  return {
    line,
    source: Object.fromEntries(columns.header.map((name, index) => [name, fields[index] as string])),
    toEvent: () => eventOf(fields, columns, rules),
  };
}

function refuseLength(fields: readonly string[], { header }: CsvColumns): never {
  const message = `The row has ${fields.length} fields, and the header ${header.length}; quote fields that hold commas or line ends`;
  throw new RowError(message, { rule: 'field-count' });
}

function eventOf(fields: readonly string[], columns: CsvColumns, rules: TimeRules): ImportEvent {
  const [aggregateId, eventType, timeText] = [columns.aggregate, columns.type, columns.time].map((index) =>
    filled(fields, index, columns),
  ) as [string, string, string];
  const parsed = parseTime(timeText, rules);
  const column = columns.header[columns.time] as string;
  if ('fault' in parsed)
    throw new RowError(`Column ${JSON.stringify(column)} ${parsed.fault}`, { rule: 'time', column });
  const payload = cellsOf(fields, columns.payload);
  const metadata = cellsOf(fields, columns.metadata);
  const all = columns.header.map((key, index) => ({ key, index }));
  return {
    event: { eventType, aggregateId, timestamp: parsed.time, payload, metadata },
    content: canonicalJson(cellsOf(fields, all)),
  };
}

function filled(fields: readonly string[], index: number, { header }: CsvColumns): string {
  const cell = fields[index] as string;
  if (cell !== '') return cell;
  const column = header[index] as string;
  throw new RowError(`Column ${JSON.stringify(column)} is empty; every event needs it`, { rule: 'empty', column });
}

/** `fromEntries` defines own keys, `__proto__` too. */
function cellsOf(fields: readonly string[], targets: readonly ColumnTarget[]): JsonObject {
  const filledTargets = targets.filter(({ index }) => fields[index] !== '');
  return Object.fromEntries(filledTargets.map(({ index, key }) => [key, fields[index] as string]));
}
