import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ReadAuditOptions, readAudit } from './readAudit.ts';
import { auditFolder, filesOf, openLog, recordAll } from './testing/auditFolders.ts';
import { recordOf } from './testing/recordOf.ts';

async function read(folder: string, options?: ReadAuditOptions): Promise<(string | number)[][]> {
  const lines: (string | number)[][] = [];
  for await (const { file, line, details } of readAudit(folder, options))
    lines.push([file, line, Number(details.count)]);
  return lines;
}

it('gives the records of all chains by time, with the place of each', async () => {
  const folder = auditFolder();
  const [first, second] = ['c1', 'c2'].map((chain) => openLog(folder, { newId: () => chain }));
  for (const count of [1, 4, 5]) await first?.record(recordOf(count));
  for (const count of [2, 3, 6]) await second?.record(recordOf(count));

  const lines = await read(folder);

  expect(lines).toEqual([
    ['c1.000001.jsonl', 1, 1],
    ['c2.000001.jsonl', 1, 2],
    ['c2.000001.jsonl', 2, 3],
    ['c1.000001.jsonl', 2, 4],
    ['c1.000001.jsonl', 3, 5],
    ['c2.000001.jsonl', 3, 6],
  ]);
});

it('goes from file to file of a chain', async () => {
  const folder = auditFolder();
  await recordAll(folder, 1, 10, { fileBytesMax: 1_024 });

  const lines = await read(folder);

  expect(lines.map(([, , count]) => count)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(lines.map(([file]) => file))).toEqual(new Set(filesOf(folder)));
});

it('leaves out what is no record, and says where that is', async () => {
  const folder = auditFolder();
  await recordAll(folder, 1, 2, { newId: () => 'c1' });
  appendFileSync(join(folder, 'c1.000001.jsonl'), 'hello\n{"torn');
  const unreadable: unknown[] = [];

  const lines = await read(folder, { onUnreadable: (...place) => unreadable.push(place) });

  expect(lines).toHaveLength(2);
  expect(unreadable).toEqual([
    ['c1.000001.jsonl', 3],
    ['c1.000001.jsonl', 4],
  ]);
});

it('stops when it is told to', async () => {
  const folder = auditFolder();
  await recordAll(folder, 1, 2);
  const reason = new DOMException('enough', 'AbortError');

  await expect(read(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it('fails where there is no folder', async () => {
  await expect(read(auditFolder())).rejects.toMatchObject({ code: 'ENOENT' });
});
