import { expect, test } from 'vitest';
import { Kept } from '../testing/runCli.ts';
import { Output } from './Output.ts';
import { Table } from './Table.ts';

function tableOf(width?: number): { kept: Kept; table: Table } {
  const kept = new Kept();
  return { kept, table: new Table(new Output(kept, 'test'), ['NAME', 'N'], width) };
}

test('aligns columns under a heading', async () => {
  const { kept, table } = tableOf();

  await table.row(['a', 1]);
  await table.row(['longer', 22]);
  await table.end();

  expect(kept.lines).toEqual(['NAME    N', 'a       1', 'longer  22']);
});

test('writes nothing without rows', async () => {
  const { kept, table } = tableOf();

  await table.end();

  expect(kept.text).toBe('');
});

test('keeps no more than 200 rows back', async () => {
  const { kept, table } = tableOf();

  for (let row = 0; row < 250; row++) await table.row(['x', row]);

  expect(kept.lines).toHaveLength(251);
});

test('cuts lines at the width of a terminal, visibly', async () => {
  const { kept, table } = tableOf(8);

  await table.row(['much too long', 1]);
  await table.end();

  expect(kept.lines).toEqual(['NAME   …', 'much to…']);
});

test('shows control characters instead of sending them to the terminal', async () => {
  const { kept, table } = tableOf();

  await table.row(['a\u001b[2J\nb\u202e', 1]);
  await table.end();

  expect(kept.lines[1]).toBe('a\\u001b[2J\\u000ab\\u202e  1');
});
