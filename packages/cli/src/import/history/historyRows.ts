import { type JsonValue, parseJson } from '@nexus/shared';
import { readLines } from '../readLines.ts';
import { type HistoryLine, parseHistoryLine } from './historyLine.ts';

/** One line of a file of history as it was read, not yet understood. */
export interface HistoryRow {
  /** Of the input, from 1. */
  readonly line: number;
  /** As it stands in the input, for the rejects file. */
  readonly source: JsonValue;
  /** @throws RowError, InvalidJsonError, InvalidArgumentError - the row is neither a receipt nor an event */
  readonly parse: () => HistoryLine;
}

/** The rows of a file of history. */
export async function* historyRows(
  pieces: AsyncIterable<string>,
  source: string,
): AsyncGenerator<HistoryRow, void, undefined> {
  for await (const { line, text } of readLines(pieces, source)) yield rowOf(line, text);
}

function rowOf(line: number, text: string): HistoryRow {
  try {
    const source = parseJson(text);
    return { line, source, parse: () => parseHistoryLine(source) };
  } catch (error) {
    const parse = () => {
      throw error;
    };
    return { line, source: text, parse };
  }
}
