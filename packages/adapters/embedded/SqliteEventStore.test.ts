import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { SqliteEventStore } from './SqliteEventStore.ts';
import { restoreSqlite } from './sqlite/restoreSqlite.ts';
import { eventOf, eventsOf } from './sqlite/testing/commits.ts';
import { temporaryFolder } from './sqlite/testing/fixtures.ts';

function openStore(path: string): SqliteEventStore {
  const store = new SqliteEventStore({ path });
  onTestFinished(() => store.close());
  return store;
}

/** A store with three events, and the place of a backup that is not made yet. */
async function prepare() {
  const folder = temporaryFolder();
  const store = openStore(join(folder, 'nexus.db'));
  await store.append(eventsOf('a', 1, 3));
  return { folder, store, backupFile: join(folder, 'backup.db'), target: join(folder, 'restored.db') };
}

const refusal = (setting: string, message: RegExp) => ({
  code: 'CONFIGURATION',
  details: { setting },
  message: expect.stringMatching(message),
});

test('keys of payloads that are written with escapes are kept apart', async () => {
  const store = openStore(join(temporaryFolder(), 'nexus.db'));
  const keys = ['\\', '"', '\n', 'x\\', 'x\n', 'x"'];
  for (const [index, key] of keys.entries()) {
    await store.append([eventOf('a', index + 1, { payload: { first: 1, [key]: 2 }, metadata: { [key]: 1 } })]);
  }

  const found: (string | undefined)[][] = [];
  for await (const { payload, metadata } of store.readAggregate('a')) {
    found.push([Object.keys(payload)[1], ...Object.keys(metadata)]);
  }

  expect(found).toEqual(keys.map((key) => [key, key]));
  expect(await store.verify()).toMatchObject({ clean: true });
});

test('a backup is taken while events are appended, and holds one moment', async () => {
  const { store, backupFile, target } = await prepare();
  let writing = true;
  const writer = (async () => {
    for (let version = 1; writing; version++) await store.append([eventOf('x', version), eventOf('y', version)]);
  })();

  await store.backup(backupFile);
  writing = false;
  await writer;
  await restoreSqlite(backupFile, target);

  const restored = openStore(target);
  expect(await restored.verify()).toMatchObject({ clean: true });
  expect(await restored.getVersion('a')).toBe(3);
  expect(await restored.getVersion('x')).toBe(await restored.getVersion('y'));
});

test('a backup is one file, tells its progress, and does not begin again at each commit', async () => {
  const { store, backupFile, folder } = await prepare();
  for (const version of [1, 2, 3]) {
    await store.append([eventOf('large', version, { payload: { text: 'x'.repeat(4_000_000) } })]);
  }
  const other = new DatabaseSync(join(folder, 'nexus.db'));
  const steps: number[] = [];

  await store.backup(backupFile, {
    onProgress: ({ pagesDone, pagesTotal }) => {
      steps.push(pagesDone / pagesTotal);
      if (steps.length < 10) other.exec(`INSERT INTO records VALUES ('later-${steps.length}', '1', 'r')`);
    },
  });
  other.close();

  expect(steps.length).toBeGreaterThan(2);
  expect(steps.at(-1)).toBe(1);
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps).toEqual(steps.toSorted((left, right) => left - right));
  expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
  const copy = new DatabaseSync(backupFile);
  expect(copy.prepare("SELECT count(*) AS later FROM records WHERE key LIKE 'later-%'").get()).toEqual({ later: 0 });
  copy.close();
});

test('a backup never overwrites', async () => {
  const { store, backupFile, folder } = await prepare();
  writeFileSync(backupFile, 'precious');

  await expect(store.backup(backupFile)).rejects.toMatchObject(refusal('path', /backup\.db exists/));
  await expect(store.backup(join(folder, 'missing', 'b.db'))).rejects.toMatchObject(refusal('path', /cannot be made/));

  expect(readFileSync(backupFile, 'utf8')).toBe('precious');
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('a restored store has the same content and id, and a new epoch', async () => {
  const { store, backupFile, target } = await prepare();
  const before = await store.identity();
  const { contentDigest } = await store.verify();
  await store.backup(backupFile);
  const backup = readFileSync(backupFile);

  const identity = await restoreSqlite(backupFile, target);

  const restored = openStore(target);
  expect(identity).toEqual({ storeId: before.storeId, epoch: before.epoch + 1 });
  expect(await restored.identity()).toEqual(identity);
  expect(await restored.verify()).toMatchObject({ clean: true, contentDigest });
  expect(readFileSync(backupFile).equals(backup)).toBe(true);
  expect(existsSync(`${backupFile}-wal`)).toBe(false);
});

test('a restored store refuses checkpoints from before, and its durable consumers go on', async () => {
  const { store, backupFile, target } = await prepare();
  const handled: string[] = [];
  let checkpoint = '';
  const handleUntil = async (owner: SqliteEventStore, count: number) => {
    const done = Promise.withResolvers<void>();
    const subscription = owner.subscribeToStream(
      async (event, context) => {
        handled.push(event.eventId);
        checkpoint ||= context.checkpoint;
        if (handled.length === count) done.resolve();
      },
      { consumer: 'mailer' },
    );
    await done.promise;
    await subscription.close();
  };
  await handleUntil(store, 3);
  await store.backup(backupFile);
  await store.close();

  await restoreSqlite(backupFile, target);
  const restored = openStore(target);
  await restored.append([eventOf('a', 4)]);
  await handleUntil(restored, 4);
  const resumed = restored.subscribeToStream(async () => {}, { from: checkpoint });

  await expect(resumed.closed).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  expect(handled).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
});

test.each(['-wal', '-shm', '-journal'])('a backup does not mix with %s of an earlier store', async (end) => {
  const { store, backupFile } = await prepare();
  writeFileSync(`${backupFile}${end}`, 'left');

  await expect(store.backup(backupFile)).rejects.toMatchObject(refusal('path', new RegExp(`backup.db${end} is left`)));

  expect(existsSync(backupFile)).toBe(false);
});

test('a restore never overwrites, nor mixes with what is left of an earlier store', async () => {
  const { store, backupFile, target } = await prepare();
  await store.backup(backupFile);
  writeFileSync(target, 'precious');
  const leftover = join(dirname(target), 'earlier.db');
  writeFileSync(`${leftover}-wal`, 'left');

  await expect(restoreSqlite(backupFile, target)).rejects.toMatchObject(refusal('path', /restored\.db exists/));
  await expect(restoreSqlite(backupFile, leftover)).rejects.toMatchObject(refusal('path', /earlier\.db-wal is left/));

  expect(readFileSync(target, 'utf8')).toBe('precious');
  expect(existsSync(leftover)).toBe(false);
});

test('only a whole backup is restored', async () => {
  const { store, backupFile, target, folder } = await prepare();
  await store.append(eventsOf('b', 1, 500));
  await store.backup(backupFile);
  const file = (name: string) => join(folder, name);
  writeFileSync(file('text'), 'no database '.repeat(100));
  writeFileSync(file('empty'), '');
  mkdirSync(file('folder'));
  const other = new DatabaseSync(file('other'));
  other.exec('CREATE TABLE notes (text)');
  other.close();
  const damaged = readFileSync(backupFile).fill(0xff, 40_000, 60_000);
  writeFileSync(file('damaged'), damaged);
  copyFileSync(file('nexus.db'), file('live'));
  writeFileSync(file('live-wal'), '');

  const tries = ['missing', 'text', 'empty', 'folder', 'other', 'damaged', 'live'].map(async (name) => {
    return restoreSqlite(file(name), target).then(
      () => `${name} restored`,
      (error: { code: string }) => `${name} ${error.code}`,
    );
  });

  expect(await Promise.all(tries)).toEqual([
    'missing CONFIGURATION',
    'text CONFIGURATION',
    'empty CONFIGURATION',
    'folder CONFIGURATION',
    'other CONFIGURATION',
    'damaged CONFIGURATION',
    'live CONFIGURATION',
  ]);
  expect(existsSync(target)).toBe(false);
});

test('verify tells of a damaged file', async () => {
  const { store, folder } = await prepare();
  await store.append(eventsOf('b', 1, 500));
  await store.close();
  const path = join(folder, 'nexus.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA foreign_keys = OFF; DELETE FROM events WHERE position = 1');
  database.close();

  const report = await openStore(path).verify();

  expect(report.clean).toBe(false);
  expect(report.findings.map(({ rule }) => rule)).toContain('storage');
});

test('settings that contradict each other are refused before a file is made', () => {
  const path = join(temporaryFolder(), 'nexus.db');

  const open = () => new SqliteEventStore({ path, enableSchemaValidation: true });

  expect(open).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  expect(existsSync(path)).toBe(false);
});
