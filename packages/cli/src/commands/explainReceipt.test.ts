import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { errorOf, eventJson, runCli, SAMPLE_CONFIG, temporaryFolder } from '../testing/runCli.ts';

const LARGE = eventJson({ payload: { customer: 'ada', total: 9_000 } });

/** A copy of the order sample, whose rules a test may change. */
function sample() {
  const folder = temporaryFolder();
  for (const name of ['schemas', 'policies', 'nexus.config.json']) {
    cpSync(join(dirname(SAMPLE_CONFIG), name), join(folder, name), { recursive: true });
  }
  const policies = join(folder, 'policies/orders.yaml');
  return {
    folder,
    run: (...args: string[]) => runCli(args, { cwd: folder }),
    append: (event: string) => runCli(['append', '--json'], { cwd: folder, stdin: event }),
    tighten: () => writeFileSync(policies, readFileSync(policies, 'utf8').replaceAll('10000.0', '100.0')),
  };
}

describe('receipt explain', () => {
  test('decides again by the policies of that time, which have changed since', async () => {
    const { append, tighten, run } = sample();
    await append(LARGE);
    tighten();

    const refused = await append(
      eventJson({ eventId: 'e2', aggregateId: 'order-2', payload: JSON.parse(LARGE).payload }),
    );
    const explained = await run('receipt', 'explain', 'order-1', '1', '--json');

    expect(errorOf(refused).code).toBe('POLICY_DENIED');
    expect(explained.code).toBe(0);
    expect(JSON.parse(explained.out)).toMatchObject({
      agreement: 'agrees',
      parts: [
        { part: 'schema', name: 'OrderPlaced, version 2', stated: 'valid', again: 'valid', agreement: 'agrees' },
        { part: 'policies', name: 'cel', agreement: 'agrees', stated: expect.stringMatching(/^allow: large-orders/) },
      ],
    });
  });

  test('needs none of the files that the rules were in', async () => {
    const { append, folder, run } = sample();
    await append(LARGE);
    for (const name of ['schemas', 'policies']) rmSync(join(folder, name), { recursive: true });

    const explained = await run('receipt', 'explain', 'order-1', '1');

    expect(explained.code).toBe(0);
    expect(explained.out).toContain("event.payload.total <= 10000.0 || 'manager' in principal.roles");
    expect(explained.out).toContain('the rules of that time decide the same again');
  });

  test('shows what was observed then', async () => {
    const { append, run } = sample();
    await append(LARGE);

    const { out } = await run('receipt', 'explain', 'order-1', '1', '--json');

    expect(JSON.parse(out).parts[1].again).toContain('orders-name-their-correlation observed');
  });

  test('finds a receipt that claims another decision', async () => {
    const { append, folder, run } = sample();
    await append(eventJson({ payload: { customer: 'ada', total: 9_000 }, metadata: { correlationId: 'c' } }));
    const database = new DatabaseSync(join(folder, 'nexus.db'));
    const { receipt } = database.prepare('SELECT receipt FROM events').get() as { receipt: string };
    const forged = receipt.replace('"large-orders-need-a-manager",', '');
    database.prepare('UPDATE events SET receipt = ?').run(forged);
    database.close();

    const explained = await run('receipt', 'explain', 'order-1', '1', '--json');

    expect(forged).not.toBe(receipt);
    expect(explained.code).toBe(7);
    expect(JSON.parse(explained.out)).toMatchObject({ agreement: 'differs' });
  });

  test('says that the store has not kept the rules of an event', async () => {
    const { append, folder, run } = sample();
    await append(LARGE);
    const database = new DatabaseSync(join(folder, 'nexus.db'));
    database.exec("DELETE FROM records WHERE key LIKE 'rules/%'");
    database.close();

    const explained = await run('receipt', 'explain', 'order-1', '1');

    expect(explained.code).toBe(6);
    expect(explained.out).toContain('not kept');
  });

  test('has nothing to compare where the store had no rules', async () => {
    const folder = temporaryFolder();
    const store = `sqlite:${join(folder, 'store.db')}`;
    await runCli(['append', '--store', store], { stdin: eventJson() });

    const explained = await runCli(['receipt', 'explain', 'order-1', '1', '--store', store, '--json']);

    expect(explained.code).toBe(0);
    expect(JSON.parse(explained.out)).toMatchObject({ parts: [] });
  });

  test('explains what let history in at first, in the store that it was moved to', async () => {
    const { append, folder, run } = sample();
    await append(LARGE);
    const exported = await run('export', '--recorded');
    const copy = { env: { NEXUS_STORE: `sqlite:${join(folder, 'copy.db')}` }, cwd: temporaryFolder() };
    await runCli(['import', '-', '--as-history', '--format', 'events'], { ...copy, stdin: exported.out });

    const explained = await runCli(['receipt', 'explain', 'order-1', '1', '--origin', '--json'], copy);
    const none = await run('receipt', 'explain', 'order-1', '1', '--origin', '--json');

    expect(JSON.parse(explained.out)).toMatchObject({
      agreement: 'agrees',
      receipt: { mode: 'enforce' },
      parts: [{ again: 'valid' }, { name: 'cel', agreement: 'agrees' }],
    });
    expect(none.code).toBe(6);
  });

  test('says which versions there are of an event that is not', async () => {
    const { append, run } = sample();
    await append(LARGE);

    const explained = await run('receipt', 'explain', 'order-1', '2', '--json');

    expect(explained.code).toBe(6);
    expect(errorOf(explained).code).toBe('NOT_FOUND');
  });
});
