import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, type Options, parse } from 'csv-parse';
import { InputError } from '../errors.ts';

const RECORD_BYTES_MAX = 16 * 1024 * 1024;

const OPTIONS: Options = {
  info: true,
  record_delimiter: ['\r\n', '\n'],
  skip_empty_lines: true,
  // Rows of another length are reported one by one, and do not end the file.
  relax_column_count: true,
  max_record_size: RECORD_BYTES_MAX,
};

/** One record of a CSV file. */
export interface CsvRecord {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * The records of a comma-separated text (RFC 4180), its header first, as they come.
 *
 * @throws InputError - a quote is not closed or stands where none may, or a record has more than 16 MiB
 */
export async function* readCsv(
  pieces: AsyncIterable<string>,
  source: string,
): AsyncGenerator<CsvRecord, void, undefined> {
  // Errors reach the reader below, since a failed pipeline destroys its last stream with them.
  const parser = pipeline(Readable.from(pieces), parse(OPTIONS), () => {});
  // The parser counts a record at its last line, and the two characters of a line end within a field as two lines.
  let miscounted = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { line: info.lines - miscounted - count(record, /[\r\n]/g), fields: record };
      miscounted += count(record, /\r\n/g);
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, source) : error;
  }
}

function count(fields: readonly string[], pattern: RegExp): number {
  return fields.reduce((sum, field) => sum + (field.match(pattern)?.length ?? 0), 0);
}

function malformed(cause: CsvError, source: string): InputError {
  const line = Number(cause.lines ?? 0);
  return new InputError(`${source} is not CSV: ${faultOf(cause, line)}`, { source, line }, { cause });
}

function faultOf({ code, message }: CsvError, line: number): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quote is open at the end of the file (line ${line}); close it where its field ends`;
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return `line ${line} has a quote within a field; put the whole field in quotes, and write a quote in it twice`;
    case 'CSV_MAX_RECORD_SIZE':
      return `the record at line ${line} has more than ${RECORD_BYTES_MAX} bytes; is a quote not closed?`;
    default:
      return `${message} (line ${line})`;
  }
}
