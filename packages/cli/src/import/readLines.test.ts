import { expect, test } from 'vitest';
import { type Line, readLines } from './readLines.ts';

async function* inPieces(...pieces: string[]): AsyncGenerator<string, void, undefined> {
  yield* pieces;
}

async function linesOf(...pieces: string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(inPieces(...pieces), 'test')) lines.push(line);
  return lines;
}

test('joins lines that come in pieces, and counts blank ones', async () => {
  expect(await linesOf('{"a"', ':1}\r\n\n {"b', '":2}')).toEqual([
    { line: 1, text: '{"a":1}' },
    { line: 3, text: ' {"b":2}' },
  ]);
});

test('refuses a line without end before it fills the memory', async () => {
  const endless = Array.from({ length: 17 }, () => 'x'.repeat(1024 * 1024));

  await expect(linesOf('first\n', ...endless)).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    details: { source: 'test', line: 2 },
  });
});
