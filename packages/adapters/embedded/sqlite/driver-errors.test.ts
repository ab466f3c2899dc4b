import { expect, test } from 'vitest';
import { openErrorOf, storeErrorOf, translating } from './driver-errors.ts';
import { FileMovedError, failureOf, isBusy } from './driver-failure.ts';

const PATH = '/data/nexus.db';

/** What node:sqlite throws, by SQLite's extended result code. */
function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`says ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode });
}

test.each([
  [5, 'busy'],
  [6, 'busy'],
  [261, 'busy'],
  [8, 'read-only'],
  [1034, 'io-error'],
  [11, 'corrupt'],
  [13, 'disk-full'],
  [14, 'cannot-open'],
  [26, 'corrupt'],
  [1, 'driver-error'],
])('of result code %d the lower eight bits tell the reason: %s', (sqliteCode, reason) => {
  expect(failureOf(sqliteError(sqliteCode))).toEqual({ reason, sqliteCode, message: `says ${sqliteCode}` });
  expect(isBusy(sqliteError(sqliteCode))).toBe(reason === 'busy');
});

test.each([
  ['an error of another kind', new Error('no'), { reason: 'driver-error', message: 'no' }],
  ['a result code that is no number', Object.assign(new Error('no'), { errcode: '5' }), { reason: 'driver-error' }],
  ['a text', 'thrown text', { reason: 'driver-error', message: 'thrown text' }],
  ['nothing', null, { reason: 'driver-error', message: 'null' }],
  ['a file that was moved', new FileMovedError(), { reason: 'file-moved' }],
])('%s has no result code', (_what, error, expected) => {
  expect(failureOf(error)).toMatchObject({ ...expected, sqliteCode: 0 });
});

test('an error names the file, the remedy and what SQLite says, and keeps its cause', () => {
  const cause = sqliteError(13);

  const error = storeErrorOf(failureOf(cause), PATH, cause);

  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'disk-full' }, cause });
  expect(error.message).toMatch(/^\/data\/nexus\.db: the disk.*make room and try again\. SQLite says: says 13 \(13\)$/);
  expect(storeErrorOf(failureOf(new FileMovedError()), PATH).message).toMatch(
    /put the file back.*Reason: the file was/,
  );
});

test('damage is told from a store that is only unavailable', () => {
  const cause = sqliteError(267);

  expect(storeErrorOf(failureOf(cause), PATH, cause)).toMatchObject({
    ...{ code: 'CORRUPT_STORE', details: { where: PATH, found: 'says 267' }, cause },
    message: expect.stringMatching(/nexus verify.*restore a backup.*says 267 \(267\)/),
  });
});

test.each([
  [5, 'STORE_UNAVAILABLE', /try again later/],
  [13, 'STORE_UNAVAILABLE', /make room/],
  [26, 'CONFIGURATION', /is not a database; name another path.*SQLite says: says 26/],
  [11, 'CONFIGURATION', /the file is damaged/],
  [14, 'CONFIGURATION', /cannot be opened/],
])('result code %d while a file is opened is %s', (errcode, code, message) => {
  const cause = sqliteError(errcode);

  const error = openErrorOf(cause, PATH);

  expect(error).toMatchObject({ code, message: expect.stringMatching(message), cause });
  if (code === 'CONFIGURATION') expect(error.details).toEqual({ setting: 'path' });
});

test('a read lets out its result, an error of SQLite as ours, and any other as it is', () => {
  const readsFailing = (error: unknown) => () =>
    translating(PATH, () => {
      throw error;
    });
  const other = new TypeError('a bug');
  const closed = Object.assign(new Error('database is not open'), { code: 'ERR_INVALID_STATE' });

  expect(translating(PATH, () => 1)).toBe(1);
  expect(readsFailing(sqliteError(11))).toThrow(expect.objectContaining({ code: 'CORRUPT_STORE' }));
  expect(readsFailing(closed)).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }));
  expect(readsFailing(other)).toThrow(other);
});
