import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorOf, eventJson, inStore, runCli, temporaryFolder } from '../testing/runCli.ts';

const RANGE = ['--start', '2026-01-01T00:00:00Z', '--end', '2026-02-28T00:00:00Z'];

/** A store with `order-1`, after a refused append and a query: one, two and two records. */
async function storeWithRecords(): Promise<{ store: string; folder: string; file: string }> {
  const store = `sqlite:${join(temporaryFolder(), 'store.db')}`;
  await runCli(['append', '--store', store], { stdin: eventJson() });
  await runCli(['append', '--store', store], { stdin: eventJson({ aggregateVersion: 3, eventId: 'e3' }) });
  await runCli(['query', 'OrderPlaced', ...RANGE, '--store', store]);
  const folder = `${store.slice('sqlite:'.length)}.audit`;
  return { store, folder, file: readdirSync(folder).find((name) => name.endsWith('.jsonl')) ?? '' };
}

test('commands keep their audit records beside the store, in one chain, and give it back', async () => {
  const { store, folder, file } = await storeWithRecords();

  const list = await runCli(['audit', 'list', '--store', store]);

  expect(readdirSync(folder)).toEqual([file]);
  expect(list.out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
    ['TIME', 'ACTION', 'ACTOR'],
    [expect.any(String), 'append.refused', expect.any(String)],
    [expect.any(String), 'query.begin', 'local'],
    [expect.any(String), 'query.end', 'local'],
    [''],
  ]);
});

test('commands that put nothing on record leave nothing behind', async () => {
  const store = `sqlite:${join(temporaryFolder(), 'store.db')}`;
  await runCli(['append', '--store', store], { stdin: eventJson() });

  await runCli(['read', 'order-1', '--store', store]);
  const list = await runCli(['audit', 'list', '--store', store, '--json']);
  const verify = await runCli(['audit', 'verify', '--store', store]);

  expect(existsSync(`${store.slice('sqlite:'.length)}.audit`)).toBe(false);
  expect([list.code, verify.code]).toEqual([6, 6]);
  expect(errorOf(list)).toMatchObject({ code: 'NOT_FOUND', details: { what: expect.stringContaining('.audit') } });
});

test('audit list prints what is asked for, and where it lies', async () => {
  const { store, file } = await storeWithRecords();
  const list = async (...options: string[]) => {
    const { out } = await runCli(['audit', 'list', '--store', store, '--json', ...options]);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };

  const all = await list();

  const actions = ['append.refused', 'query.begin', 'query.end'];
  expect(all.map(({ action }) => action)).toEqual(actions);
  expect(all[1]).toMatchObject({
    file,
    line: 2,
    sequence: 2,
    actor: { client: 'nexus-cli' },
    details: { limit: 1_000 },
  });
  expect(await list('--action', 'query.end')).toEqual([all[2]]);
  expect(await list('--actor', all[1].actor.id)).toEqual(all.filter(({ actor }) => actor.id === all[1].actor.id));
  expect(await list('--actor', 'nobody')).toEqual([]);
  expect(await list('--limit', '2')).toEqual(all.slice(1));
  expect(await list('--since', all[1].at)).toEqual(all.filter(({ at }) => at >= all[1].at));
  expect(await list('--until', all[0].at)).toEqual(all.filter(({ at }) => at <= all[0].at));
  expect(await list('--until', '2020-01-01T00:00:00+01:00')).toEqual([]);
});

test('audit verify finds nothing wrong, and compares with the seals of the store', async () => {
  const { store, folder } = await storeWithRecords();

  const people = await runCli(['audit', 'verify', '--store', store]);
  const machines = await runCli(['audit', 'verify', '--folder', folder, '--store', store, '--json']);

  expect(people).toMatchObject({ code: 0, err: '' });
  expect(people.out).toBe('chains   1\nlines    3\nseals    1\nverdict  clean\n');
  expect(JSON.parse(machines.out)).toMatchObject({ clean: true, chains: 1, lines: 3, seals: 1, findings: [] });
});

test('audit verify says where a line was changed, or that the tail was cut, by its exit code too', async () => {
  const { store, folder, file } = await storeWithRecords();
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');

  writeFileSync(path, text.replace('query.end', 'query.END'));
  const changed = await runCli(['audit', 'verify', '--store', store]);
  writeFileSync(path, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
  const cut = await runCli(['audit', 'verify', '--store', store, '--json']);

  expect(changed.code).toBe(7);
  expect(changed.out).toContain('verdict  NOT CLEAN');
  expect(changed.out).toMatch(new RegExp(`error +changed +${file}:3 `));
  expect(cut.code).toBe(7);
  expect(JSON.parse(cut.out).findings).toMatchObject([{ rule: 'cut-tail', file, line: 2 }]);
});

test('audit verify misses a folder that is gone with all that was sealed', async () => {
  const { store, folder, file } = await storeWithRecords();
  rmSync(folder, { recursive: true });

  const verify = await runCli(['audit', 'verify', '--json', '--store', store]);
  const mistyped = await runCli(['audit', 'verify', '--json', '--store', store, '--folder', `${folder}s`]);

  expect(verify.code).toBe(7);
  expect(JSON.parse(verify.out)).toMatchObject({ clean: false, findings: [{ rule: 'file-missing', file }] });
  expect([mistyped.code, errorOf(mistyped).code]).toEqual([6, 'NOT_FOUND']);
});

test('audit verify works without the store, and says that its seals were not compared', async () => {
  const { store, folder, file } = await storeWithRecords();
  rmSync(store.slice('sqlite:'.length));
  appendFileSync(join(folder, file), '{"torn');

  const verify = await runCli(['audit', 'verify', '--store', store]);
  const list = await runCli(['audit', 'list', '--store', store]);

  expect(verify.code).toBe(0);
  expect(verify.out).toMatch(new RegExp(`note +torn-tail +${file}:4 `));
  expect(verify.err).toContain('no seals were compared');
  expect(list.err).toContain('lines that are no records: 1');
});

test('a query is not answered while its audit record cannot be written', async () => {
  const { store, folder } = await storeWithRecords();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'in the way');

  const result = await runCli(['query', 'OrderPlaced', ...RANGE, '--store', store, '--json']);

  expect(result).toMatchObject({ code: 5, out: '' });
  expect(errorOf(result)).toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE', details: { part: 'audit-log' } });
  expect(await inStore(store, (opened) => opened.getVersion('order-1'))).toBe(1);
});

test('the folder is the configured one, where there is one', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'nexus.config.json');
  writeFileSync(
    config,
    JSON.stringify({ store: `sqlite:${join(folder, 's.db')}`, audit: { folder: 'log', sealSeconds: 1 } }),
  );
  await runCli(['append', '--config', config], { stdin: eventJson() });

  await runCli(['query', 'OrderPlaced', ...RANGE, '--config', config]);
  const verify = await runCli(['audit', 'verify', '--config', config, '--json']);

  expect(JSON.parse(verify.out)).toMatchObject({ clean: true, lines: 2, seals: 1 });
  expect(existsSync(join(folder, 'log'))).toBe(true);
});

test('a store in memory has no audit files', async () => {
  const result = await runCli(['audit', 'list', '--store', 'memory:', '--json']);

  expect(result.code).toBe(6);
  expect(errorOf(result).message).toContain('keeps no audit files');
});
