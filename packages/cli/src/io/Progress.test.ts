import { expect, test } from 'vitest';
import { Kept } from '../testing/runCli.ts';
import { Progress } from './Progress.ts';

function progressOf(stream: Kept & { isTTY?: boolean }, shown = true) {
  let now = 0;
  const progress = new Progress({ stream, shown, now: () => now, doing: 'importing', unit: 'rows', total: 5_000 });
  const at = (ms: number, done: number): void => {
    now = ms;
    progress.update(done);
  };
  return { progress, at };
}

test('writes a line every five seconds where there is no terminal', () => {
  const stream = new Kept();
  const { progress, at } = progressOf(stream);

  at(4_999, 1_000);
  at(5_000, 1_001);
  at(9_999, 2_000);
  at(10_000, 3_000);
  progress.end();

  expect(stream.lines).toEqual(['nexus: importing: 1,001 of 5,000 rows', 'nexus: importing: 3,000 of 5,000 rows']);
});

test('draws a bar on a terminal, and takes it away at the end', () => {
  const stream = Object.assign(new Kept(), { isTTY: true, columns: 80 });
  const { progress, at } = progressOf(stream);

  at(10, 2_500);
  progress.end();

  expect(stream.text).toContain('importing');
  expect(stream.text).not.toContain('nexus: importing');
});

test('says nothing to machines', () => {
  const stream = Object.assign(new Kept(), { isTTY: true });
  const { progress, at } = progressOf(stream, false);

  at(60_000, 2_500);
  progress.end();

  expect(stream.text).toBe('');
});
