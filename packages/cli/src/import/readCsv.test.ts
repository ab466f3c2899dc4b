import { expect, test } from 'vitest';
import { type CsvRecord, readCsv } from './readCsv.ts';

async function* inPieces(...pieces: string[]): AsyncGenerator<string, void, undefined> {
  yield* pieces;
}

async function recordsOf(...pieces: string[]): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of readCsv(inPieces(...pieces), 'test')) records.push(record);
  return records;
}

test('counts a record at its first line, whatever ends the lines and however the text comes', async () => {
  const text = 'a,b\r\n1,"x\r\ny"\n\n3,"say ""4"""\r\n5\n';

  const records = await recordsOf(...text);

  expect(records).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['1', 'x\r\ny'] },
    { line: 5, fields: ['3', 'say "4"'] },
    { line: 6, fields: ['5'] },
  ]);
});

test('refuses a record without end before it fills the memory', async () => {
  const endless = Array.from({ length: 17 }, () => 'x'.repeat(1024 * 1024));

  await expect(recordsOf('a,b\n1,"', ...endless)).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    message: expect.stringContaining('is a quote not closed?'),
  });
});
