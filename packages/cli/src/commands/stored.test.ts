import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStore } from '@nexus/adapters';
import type { Upcaster } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../errors.ts';
import { type CliOptions, type CliResult, eventJson, Kept, runCli, temporaryFolder } from '../testing/runCli.ts';

const EVENT = eventJson({ metadata: { schemaVersion: '1' } });
const TOTAL_TO_AMOUNT: Upcaster = { eventType: 'OrderPlaced', from: '1', to: '2', up: '{"amount": total}' };
const FAILING: Upcaster = { ...TOTAL_TO_AMOUNT, up: '$error("no way")' };
const RANGE = ['--start', '2026-01-01T00:00:00Z', '--end', '2026-12-31T00:00:00Z'];

/** Runs commands on a store of their own, with `order-1` at version 1, whose payloads this rule lifts. */
async function nexusWith(upcaster: Upcaster) {
  const folder = temporaryFolder();
  const store = `sqlite:${join(folder, 'store.db')}`;
  const openStore: CliOptions['openStore'] = (url, options) =>
    openEventStore(url, { ...options, upcasters: [upcaster] });
  const nexus = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli([...args, '--store', store, '--json'], { openStore, ...options });
  await nexus(['append'], { stdin: EVENT });
  return { nexus, folder };
}

/** The first event that `tail` prints. */
async function tailed(nexus: Awaited<ReturnType<typeof nexusWith>>['nexus'], args: readonly string[] = []) {
  const stop = new AbortController();
  const stdout = new Kept(() => stop.abort(new InterruptedError('SIGINT')));
  await nexus(['tail', '--from', 'start', ...args], { stdout, signal: stop.signal });
  return JSON.parse(stdout.lines[0] ?? '');
}

describe('--stored', () => {
  test('prints payloads as they were stored, which read, query and tail else lift', async () => {
    const { nexus } = await nexusWith(TOTAL_TO_AMOUNT);

    const lifted = [
      JSON.parse((await nexus(['read', 'order-1'])).out),
      JSON.parse((await nexus(['query', 'OrderPlaced', ...RANGE])).out).events[0],
      await tailed(nexus),
    ];
    const stored = [
      JSON.parse((await nexus(['read', 'order-1', '--stored'])).out),
      JSON.parse((await nexus(['query', 'OrderPlaced', ...RANGE, '--stored'])).out).events[0],
      await tailed(nexus, ['--stored']),
    ];

    for (const event of lifted) expect(event).toMatchObject({ payload: { amount: 12.5 }, recorded: { upcastTo: '2' } });
    for (const event of stored) expect(event.payload).toEqual({ total: 12.5 });
    for (const event of stored) expect(event.recorded).not.toHaveProperty('upcastTo');
  });

  test('reads what no rule can lift', async () => {
    const { nexus } = await nexusWith(FAILING);

    const lifted = await nexus(['read', 'order-1']);
    const stored = await nexus(['read', 'order-1', '--stored']);

    expect(lifted.code).toBe(9);
    expect(JSON.parse(lifted.err).error).toMatchObject({ code: 'UPCAST_FAILED', details: { from: '1', to: '2' } });
    expect(JSON.parse(stored.out).payload).toEqual({ total: 12.5 });
  });
});

describe('what compares or moves events', () => {
  test('exports the stored form, and finds it again when it is imported', async () => {
    const { nexus, folder } = await nexusWith(FAILING);
    const file = join(folder, 'events.jsonl');

    const exported = await nexus(['export']);
    writeFileSync(file, exported.out);
    const imported = await nexus(['import', file, '--format', 'events']);

    expect(JSON.parse(exported.out).payload).toEqual({ total: 12.5 });
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.out)).toMatchObject({ stored: 0, alreadyThere: 1, refused: 0 });
  });

  test('verifies the stored form', async () => {
    const { nexus } = await nexusWith(TOTAL_TO_AMOUNT);
    const { nexus: failing } = await nexusWith(FAILING);

    const digests = await Promise.all([nexus(['verify']), failing(['verify'])]);

    const [first, second] = digests.map(({ out }) => JSON.parse(out).contentDigest);
    expect(first).toMatch(/^1:/);
    expect(second).toBe(first);
  });
});
