import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const REPETITION = join(import.meta.dirname, 'repetition.ts');
const RUN = join(import.meta.dirname, '../run.ts');

/** One repetition, in a process of its own as the benchmark runs it. */
function measure(contender: string, work: string, events: number): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return JSON.parse(
    execFileSync(process.execPath, [REPETITION, contender, work, folder, String(events)], { encoding: 'utf8' }),
  );
}

it.for(['node:sqlite', 'Nexus'])(
  'imports every event of a file, and streams all that is stored: %s',
  { timeout: 60_000 },
  (contender) => {
    for (const work of ['import', 'stream-aggregate', 'stream-feed']) {
      expect(measure(contender, work, 1_100).eventsPerSecond).toBeGreaterThan(0);
    }
  },
);

it('counts from the append of one process to the handler of another', () => {
  const { p50Ms = 0, p99Ms = 0 } = measure('Nexus', 'handler-of-another-process', 1);

  expect(p50Ms).toBeGreaterThan(0);
  expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
}, 60_000);

it('prints a row for each number of events that is asked for, and only columns that have figures', () => {
  const parameters = [RUN, 'embedded', '--work', 'stream-feed', '--events', '100,2000', '--repetitions', '1'];

  const printed = execFileSync(process.execPath, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  const [title = '', , ...rows] = printed.split('\n').filter((line) => line.startsWith('|'));
  expect(title).not.toContain('p50');
  expect(rows.map((row) => row.split(' | ')[1])).toEqual(['100', '100', '2,000', '2,000']);
}, 60_000);
