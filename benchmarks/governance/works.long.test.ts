import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { refuseDisagreement } from './decisions.ts';
import { buildOpaPolicies, newOpaPolicies } from './opa.ts';
import { newPolicies } from './rules.ts';
import { whatIfOf } from './whatIfWork.ts';
import { WORKS } from './works.ts';

let withoutOpa: string | undefined;

beforeAll(() => {
  withoutOpa = buildOpaPolicies(() => {});
}, 300_000);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const { 'what-if': _, ...SHORT_WORKS } = WORKS;

it.each(Object.entries(SHORT_WORKS))('%s measures every contender', async (_, work) => {
  for (const contender of work.contenders()) {
    const figures = await work.run(contender, { durationMs: 20, folder: newFolder() });

    expect(Object.values(figures).length).toBeGreaterThan(0);
    expect(Object.values(figures).every((figure) => figure === undefined || Number.isFinite(figure))).toBe(true);
  }
});

it('tries rules on stores that are made before and removed behind', async () => {
  const root = join(newFolder(), 'what-if');
  const work = whatIfOf({ '500 events': 500 }, root);

  await work.prepare(() => {});
  const figures = await work.run('500 events', { durationMs: 0, folder: '' });
  work.finish();

  expect(figures).toMatchObject({ seconds1: expect.any(Number), seconds2: expect.any(Number) });
  expect(existsSync(root)).toBe(false);
});

it.for(['fields', 'lines'] as const)(
  'CEL and OPA decide alike by the rules about %s, and deny some',
  async (folder, { skip }) => {
    if (withoutOpa !== undefined) skip(`no OPA here: ${withoutOpa}`);
    const opa = await newOpaPolicies(folder);

    const { requests = 0, denied = 0 } = refuseDisagreement(newPolicies(folder), opa);

    expect(denied).toBeGreaterThan(0);
    expect(requests).toBeGreaterThan(denied);
  },
);

it('compares no engines that decide differently', () => {
  expect(() => refuseDisagreement(newPolicies('fields'), () => [])).toThrow(/OPA by \[\]/);
});

it('runs a work of the group in processes of its own, and prints what they measured', () => {
  const command = ['benchmarks/run.ts', 'governance', '--work', 'compatibility', '--repetitions', '1', '--json'];

  const printed = execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  const { rows } = JSON.parse(printed) as { rows: { contender: string; measurements: { laterMs: number }[] }[] };
  expect(rows.map(({ contender }) => contender)).toEqual(['BACKWARD_TRANSITIVE', 'FULL_TRANSITIVE']);
  expect(rows.every(({ measurements }) => measurements.length === 1)).toBe(true);
});
