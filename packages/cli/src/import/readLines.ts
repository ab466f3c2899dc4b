import { InputError } from '../errors.ts';

const LINE_CHARACTERS_MAX = 16 * 1024 * 1024;

export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a text that comes in pieces, without their ends. Blank lines are counted and left out.
 *
 * @throws InputError - a line has more than 16 Mi characters
 */
export async function* readLines(pieces: AsyncIterable<string>, source: string): AsyncGenerator<Line, void, undefined> {
  let line = 0;
  let rest = '';
  for await (const piece of pieces) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      line++;
      refuseLong(part, line, source);
      if (part.trim() !== '') yield { line, text: part.trimEnd() };
    }
    refuseLong(rest, line + 1, source);
  }
  if (rest.trim() !== '') yield { line: line + 1, text: rest.trimEnd() };
}

function refuseLong(text: string, line: number, source: string): void {
  if (text.length <= LINE_CHARACTERS_MAX) return;
  throw new InputError(
    `Line ${line} of ${source} has more than ${LINE_CHARACTERS_MAX} characters; write one event on each line`,
    {
      source,
      line,
    },
  );
}
