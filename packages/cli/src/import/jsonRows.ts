import { type JsonObject, type JsonValue, parseJson } from '@nexus/shared';
import { RowError } from '../errors.ts';
import { cloudEventOf } from './cloudEventOf.ts';
import { isBesideEvents } from './history/historyLine.ts';
import type { ImportEvent, ImportRow } from './ImportRow.ts';
import type { TimeRules } from './parseTime.ts';
import { readLines } from './readLines.ts';
import { storedEventOf } from './storedEventOf.ts';

export type JsonFormat = 'events' | 'cloudevents';

/**
 * The rows of a file of JSON lines. Receipts and rules among events of ours are left out: they are for an import of history.
 *
 * @param format - `undefined`: a line with `specversion` is a CloudEvent, any other is an event of ours
 */
export async function* jsonRows(
  pieces: AsyncIterable<string>,
  source: string,
  options: TimeRules & { readonly format?: JsonFormat | undefined },
): AsyncGenerator<ImportRow, void, undefined> {
  for await (const { line, text } of readLines(pieces, source)) {
    const row = rowOf(line, text, options);
    if (!isAside(row, options)) yield row;
  }
}

function rowOf(
  line: number,
  text: string,
  options: TimeRules & { readonly format?: JsonFormat | undefined },
): ImportRow {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    return {
      line,
      source: text,
      toEvent: () => {
        throw error;
      },
    };
  }
  return { line, source: value, toEvent: () => eventOf(value, options) };
}

function isAside({ source }: ImportRow, { format }: { readonly format?: JsonFormat | undefined }): boolean {
  const isObject = typeof source === 'object' && source !== null && !Array.isArray(source);
  return isObject && format !== 'cloudevents' && isBesideEvents(source as JsonObject);
}

function eventOf(
  value: JsonValue,
  { format, ...rules }: TimeRules & { readonly format?: JsonFormat | undefined },
): ImportEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RowError('The line holds no JSON object; write one event on each line', { rule: 'object' });
  }
  const object = value as JsonObject;
  const isCloudEvent = format === undefined ? Object.hasOwn(object, 'specversion') : format === 'cloudevents';
  return isCloudEvent ? cloudEventOf(object, rules) : storedEventOf(object);
}
