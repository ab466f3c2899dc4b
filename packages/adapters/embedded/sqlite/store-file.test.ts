import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { SqliteJournal } from '../SqliteJournal.ts';
import { refuseUnsafeSqlite } from './runtime-checks.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventOf } from './testing/commits.ts';
import { openJournal, temporaryFolder } from './testing/fixtures.ts';
import { canRunAsNobody, runAsNobody } from './testing/runAsNobody.ts';

function refusal(path: string): unknown {
  try {
    new SqliteJournal({ path });
  } catch (error) {
    return error;
  }
  return undefined;
}

const configurationError = (setting: string, message: RegExp) => ({
  code: 'CONFIGURATION',
  details: { setting },
  message: expect.stringMatching(message),
});

test.each(['', ':memory:'])('the path %j is refused, with a hint at memory:', (path) => {
  expect(refusal(path)).toMatchObject(configurationError('path', /open 'memory:'/));
});

test('a path with NUL is refused', () => {
  expect(refusal('a\0b')).toMatchObject(configurationError('path', /NUL/));
});

test('a missing folder is refused, and not made', () => {
  const folder = temporaryFolder();

  expect(refusal(join(folder, 'missing', 'nexus.db'))).toMatchObject(
    configurationError('path', /missing does not exist/),
  );

  expect(readdirSync(folder)).toEqual([]);
});

test('a directory in place of the file is refused', () => {
  const path = join(temporaryFolder(), 'nexus.db');
  mkdirSync(path);

  expect(refusal(path)).toMatchObject(configurationError('path', /nexus\.db is a directory/));
});

test.skipIf(process.platform === 'win32')('a pipe in place of the file is refused', () => {
  const path = join(temporaryFolder(), 'nexus.db');
  execFileSync('mkfifo', [path]);

  expect(refusal(path)).toMatchObject(configurationError('path', /nexus\.db is not a regular file/));
});

test('a file in place of the folder is refused', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');

  expect(refusal(join(file, 'nexus.db'))).toMatchObject(configurationError('path', /does not exist/));
});

test.each([
  ['long', 'These are notes. '.repeat(100)],
  ['short', 'note'],
])('a %s file that is not a database is refused, and left as it was', (_length, text) => {
  const folder = temporaryFolder();
  const path = join(folder, 'notes.txt');
  writeFileSync(path, text);

  expect(refusal(path)).toMatchObject(configurationError('path', /notes\.txt: the file is not a database/));

  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['notes.txt']);
});

test('an empty file becomes a store', async () => {
  const path = join(temporaryFolder(), 'nexus.db');
  writeFileSync(path, '');

  const journal = openJournal({ path });

  expect(await journal.append(commitOf([eventOf('a', 1)]))).toMatchObject({ replayed: false });
});

test('the database of another program is refused, and left as it was', () => {
  const path = join(temporaryFolder(), 'other.db');
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE notes (text)');
  other.close();
  const before = readFileSync(path);

  expect(refusal(path)).toMatchObject(configurationError('path', /other\.db is the database of another program/));

  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a database of a newer version is refused', async () => {
  const journal = openJournal();
  await journal.close();
  const newer = new DatabaseSync(journal.path);
  newer.exec('PRAGMA user_version = 99');
  newer.close();

  expect(refusal(journal.path)).toMatchObject(configurationError('path', /made by a newer Nexus \(version 99/));
});

test('a truncated file is refused or found damaged, never written', async () => {
  const journal = openJournal();
  await journal.append(commitOf([eventOf('a', 1)]));
  await journal.close();
  const truncated = readFileSync(journal.path).subarray(0, 5_000);
  writeFileSync(journal.path, truncated);

  const error = refusal(journal.path);

  expect(error).toMatchObject({ code: expect.stringMatching(/^(CONFIGURATION|CORRUPT_STORE)$/) });
  expect(readFileSync(journal.path).equals(truncated)).toBe(true);
});

test.each([
  ['busyTimeoutMs', -1],
  ['busyTimeoutMs', Number.NaN],
  ['fileBytesMax', 0],
])('%s %d is refused', (setting, value) => {
  const path = join(temporaryFolder(), 'nexus.db');

  expect(() => new SqliteJournal({ path, [setting]: value })).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION', details: { setting } }),
  );
});

test.each(['3.51.2', '3.50.9', '2.99.99', '3'])('SQLite %s is refused', (version) => {
  expect(() => refuseUnsafeSqlite(version)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
});

test.each(['3.51.3', '3.52.0', '4.0.0'])('SQLite %s is taken', (version) => {
  expect(() => refuseUnsafeSqlite(version)).not.toThrow();
});

test('a store is in WAL mode with full durability, and marked as ours', () => {
  const { database } = openStoreFile(join(temporaryFolder(), 'nexus.db'), 1_000);
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

  expect([pragma('journal_mode'), pragma('synchronous'), pragma('user_version')]).toEqual(['wal', 2, 2]);
  expect(pragma('application_id')).toBe(0x4e585553);
  expect(() => database.exec('DELETE FROM store')).toThrow(/readonly/);
  database.close();
});

/** A thread that holds the write lock of a file, and gives it up a while after it was told that someone waits. */
const LOCK_HOLDER = `
  const { DatabaseSync } = require('node:sqlite');
  const { parentPort, workerData: { path, told } } = require('node:worker_threads');
  const database = new DatabaseSync(path);
  database.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('held');
  Atomics.wait(told, 0, 0);
  Atomics.wait(told, 0, 1, 30);
  database.exec('ROLLBACK');
  database.close();`;

test('a file that another process locks while it becomes a store is waited for', async () => {
  const path = join(temporaryFolder(), 'nexus.db');
  const told = new Int32Array(new SharedArrayBuffer(4));
  const holder = new Worker(LOCK_HOLDER, { eval: true, workerData: { path, told } });
  await once(holder, 'message');
  Atomics.store(told, 0, 1);
  Atomics.notify(told, 0);

  const journal = openJournal({ path });

  expect(await journal.append(commitOf([eventOf('a', 1)]))).toMatchObject({ replayed: false });
});

test('a file that another process locks for too long is unavailable', async () => {
  const path = join(temporaryFolder(), 'nexus.db');
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');

  expect(() => new SqliteJournal({ path, busyTimeoutMs: 10 })).toThrow(
    expect.objectContaining({ code: 'STORE_UNAVAILABLE', details: { reason: 'busy' } }),
  );

  other.close();
});

const OPEN = `
  try { new SqliteJournal({ path: process.argv[1] }); console.log('opened'); }
  catch (error) { console.log(error.code, error.message); }`;

test.for([
  ['a file that may not be written', 0o444, 0o777, /^CONFIGURATION .*nexus\.db is read-only/],
  ['a file that may not be read', 0o000, 0o777, /^CONFIGURATION .*nexus\.db cannot be read/],
  ['a folder that may not be written', 0o666, 0o555, /^CONFIGURATION .* cannot be written/],
] as const)('%s is refused when the store is opened', async ([_what, fileMode, folderMode, expected], context) => {
  if (!canRunAsNobody()) return context.skip('no other user may read this checkout');
  const folder = temporaryFolder();
  const journal = openJournal({ path: join(folder, 'nexus.db') });
  await journal.close();
  chmodSync(journal.path, fileMode);
  chmodSync(folder, folderMode);

  const printed = runAsNobody(OPEN, journal.path);
  chmodSync(folder, 0o777);

  expect(printed).toMatch(expected);
});
