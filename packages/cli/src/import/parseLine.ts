import { type JsonValue, parseJson } from '@nexus/shared';
import { InputError } from '../errors.ts';
import type { Line } from './readLines.ts';

/** The JSON value of a line. @throws InputError - names the line */
export function parseLine({ line, text }: Line, source: string): JsonValue {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new InputError(`Line ${line} of ${source}: ${(cause as Error).message}`, { source, line }, { cause });
  }
}
