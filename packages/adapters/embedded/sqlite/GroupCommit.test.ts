import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { GroupCommit, type GroupCommitOptions } from './GroupCommit.ts';
import { appendRequestOf, type WriteOutcome, type WriteRequest } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { commitOf, eventOf } from './testing/commits.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriteSession } from './WriteSession.ts';

/** What SQLite throws, by its result code. */
function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`result code ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode });
}

const BUSY = 5;
const READ_ONLY = 8;
const SYNC_FAILED = 1034;
const FULL = 13;
const CORRUPT = 11;
const IO_ERROR = 10;

/** Fails at COMMIT, a given number of times, before or after the transaction has become durable. */
class FailingSession extends WriteSession {
  readonly #failures: Failure[];

  constructor(database: DatabaseSync, failures: Failure[]) {
    super(database);
    this.#failures = failures;
  }

  override commit(): void {
    const failure = this.#failures.shift();
    if (failure?.commits !== false) super.commit();
    if (failure === undefined) return;
    if (failure.rollsBack) this.rollback();
    failure.onFailed?.();
    throw sqliteError(failure.errcode);
  }
}

interface Failure {
  readonly errcode: number;
  readonly commits: boolean;
  readonly rollsBack?: boolean;
  /** Called behind it. */
  readonly onFailed?: () => void;
}

interface Bench {
  readonly groups: GroupCommit;
  readonly path: string;
  /** Waits that the writer made, in ms. */
  readonly sleeps: number[];
  sessions(): number;
}

function benchOf(failures: Failure[] = [], onSleep: (total: number) => void = () => {}): Bench {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const sleeps: number[] = [];
  let now = 1_000;
  let sessions = 0;
  const groups = new GroupCommit({
    isInPlace: () => true,
    busyTimeoutMs: 10,
    now: () => now,
    sleep: (ms) => {
      now += ms;
      sleeps.push(ms);
      onSleep(sleeps.length);
    },
    openSession: () => {
      sessions++;
      return new FailingSession(connect(path, { busyTimeoutMs: 0 }), failures);
    },
  });
  onTestFinished(() => groups.finish());
  return { groups, path, sleeps, sessions: () => sessions };
}

function run({ groups }: Bench, requests: readonly WriteRequest[]) {
  return groups.run(requests.map((request, index) => [index, request] as const));
}

function kindsOf(reply: ReturnType<typeof run>): string[] {
  return reply.outcomes.map(([, outcome]) => outcome.kind);
}

function storedIds({ path }: Bench): unknown[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare('SELECT event_id FROM events ORDER BY position').all();
  database.close();
  return rows.map((row) => row.event_id);
}

const appendOf = (id: string) => appendRequestOf(commitOf([eventOf(id, 1)]));

test('a group takes one transaction, and positions follow each other without gaps', () => {
  const bench = benchOf();

  const reply = run(bench, [appendOf('a'), appendOf('a'), appendOf('b')]);

  expect(reply.transactions).toBe(1);
  expect(kindsOf(reply)).toEqual(['stored', 'held', 'stored']);
  expect(storedIds(bench)).toEqual(['a-1', 'b-1']);
});

test('a request that fails leaves nothing of itself, and its group is stored without it', () => {
  const bench = benchOf();
  const [row] = appendOf('b').rows;
  const broken = { ...appendOf('b'), rows: [row, [...(row ?? []).slice(0, 9), null]] } as unknown as WriteRequest;

  const reply = run(bench, [appendOf('a'), broken, appendOf('c')]);

  expect(kindsOf(reply)).toEqual(['stored', 'failed', 'stored']);
  expect(reply.transactions).toBe(4);
  expect(storedIds(bench)).toEqual(['a-1', 'c-1']);
});

test.each([
  ['disk that is full', 'disk-full', FULL],
  ['page that is damaged', 'corrupt', CORRUPT],
])('a %s at COMMIT stores nothing of the group, and each request is tried once more', (_what, reason, errcode) => {
  const failure = { errcode, commits: false, rollsBack: true };
  const bench = benchOf([failure, failure]);

  const reply = run(bench, [appendOf('a'), appendOf('b'), appendOf('c')]);

  expect(kindsOf(reply)).toEqual(['failed', 'stored', 'stored']);
  expect(reply.outcomes[0]?.[1]).toMatchObject({ failure: { reason } });
  expect(reply.transactions).toBe(4);
  expect(storedIds(bench)).toEqual(['b-1', 'c-1']);
});

test('a COMMIT that finds the file locked is tried again', () => {
  const bench = benchOf([
    { errcode: BUSY, commits: false },
    { errcode: BUSY, commits: false },
  ]);

  const reply = run(bench, [appendOf('a')]);

  expect(kindsOf(reply)).toEqual(['stored']);
  expect(bench.sleeps).toHaveLength(2);
  expect(storedIds(bench)).toEqual(['a-1']);
});

test('a COMMIT that finds the file locked for too long stores nothing, and says so', () => {
  const failures = Array.from({ length: 1_000 }, () => ({ errcode: BUSY, commits: false }));
  const bench = benchOf(failures);

  const reply = run(bench, [appendOf('a'), appendOf('b')]);

  expect(reply.outcomes.map(([, outcome]) => outcome)).toMatchObject([
    { kind: 'failed', failure: { reason: 'busy' } },
    { kind: 'failed', failure: { reason: 'busy' } },
  ]);
  expect(bench.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(11);
  expect(storedIds(bench)).toEqual([]);
  failures.length = 0;
  expect(kindsOf(run(bench, [appendOf('c')]))).toEqual(['stored']);
});

test('behind any other error of COMMIT each request is looked up on a new connection', () => {
  const bench = benchOf([{ errcode: SYNC_FAILED, commits: true }]);
  const record = { kind: 'record', bytes: 1, key: 'k', value: '1', revision: 'r', expected: null } as const;

  const reply = run(bench, [appendOf('a'), record, appendOf('a')]);

  expect(kindsOf(reply)).toEqual(['found', 'found', 'found']);
  expect(bench.sessions()).toBe(2);
  expect(storedIds(bench)).toEqual(['a-1']);
});

test('what is not found behind such an error is ambiguous', () => {
  const bench = benchOf([{ errcode: SYNC_FAILED, commits: false }]);

  const reply = run(bench, [appendOf('a'), appendOf('b')]);

  expect(kindsOf(reply)).toEqual(['ambiguous', 'ambiguous']);
  expect(storedIds(bench)).toEqual([]);
  expect(kindsOf(run(bench, [appendOf('a')]))).toEqual(['stored']);
});

/** A group commit on the bench's file, where time stands still. */
function groupsOn({ path }: Bench, options: Partial<GroupCommitOptions>): GroupCommit {
  const groups = new GroupCommit({
    isInPlace: () => true,
    busyTimeoutMs: 10,
    now: () => 0,
    sleep: () => {},
    openSession: () => new WriteSession(connect(path, { busyTimeoutMs: 0 })),
    ...options,
  });
  onTestFinished(() => groups.finish());
  return groups;
}

test('a file that cannot be opened refuses the group at the first try', () => {
  const bench = benchOf();
  run(bench, [appendOf('a')]);
  let tries = 0;
  const openSession = () => {
    tries++;
    throw sqliteError(READ_ONLY);
  };

  const reply = run({ ...bench, groups: groupsOn(bench, { openSession }) }, [appendOf('b'), appendOf('c')]);

  const refused = { kind: 'failed', failure: { reason: 'read-only' } };
  expect(reply.outcomes.map(([, outcome]) => outcome)).toMatchObject([refused, refused]);
  expect(tries).toBe(1);
  expect(storedIds(bench)).toEqual(['a-1']);
});

test('a file that is no longer in place refuses the group, of which nothing is written', () => {
  const bench = benchOf();

  const reply = run({ ...bench, groups: groupsOn(bench, { isInPlace: () => false }) }, [appendOf('a')]);

  expect(reply.outcomes[0]?.[1]).toMatchObject({ kind: 'failed', failure: { reason: 'file-moved' } });
  expect(storedIds(bench)).toEqual([]);
});

test('an error of BEGIN refuses the group at once, and the next one gets a new connection', () => {
  const bench = benchOf();
  const errors = [sqliteError(IO_ERROR)];
  class FailingBegin extends WriteSession {
    override begin(): void {
      const error = errors.shift();
      if (error !== undefined) throw error;
      super.begin();
    }
  }
  let sessions = 0;
  const openSession = () => {
    sessions++;
    return new FailingBegin(connect(bench.path, { busyTimeoutMs: 0 }));
  };
  const failing = { ...bench, groups: groupsOn(bench, { openSession }) };

  const replies = [run(failing, [appendOf('a'), appendOf('b')]), run(failing, [appendOf('c')])];

  expect(replies.map(kindsOf)).toEqual([['failed', 'failed'], ['stored']]);
  expect(sessions).toBe(2);
  expect(storedIds(bench)).toEqual(['c-1']);
});

test.each([
  ['that says that the file is read-only gives each connection up', READ_ONLY, 3],
  ['of another kind keeps the connection', FULL, 1],
])('an error of a write %s', (_what, errcode, opened) => {
  const bench = benchOf();
  let isFailing = true;
  class FailingApply extends WriteSession {
    override apply(request: WriteRequest): WriteOutcome {
      if (isFailing) throw sqliteError(errcode);
      return super.apply(request);
    }
  }
  let sessions = 0;
  const openSession = () => {
    sessions++;
    return new FailingApply(connect(bench.path, { busyTimeoutMs: 0 }));
  };
  const failing = { ...bench, groups: groupsOn(bench, { openSession }) };

  const refused = run(failing, [appendOf('a')]);
  isFailing = false;
  const next = run(failing, [appendOf('a')]);

  expect([refused, next].map(kindsOf)).toEqual([['failed'], ['stored']]);
  expect(sessions).toBe(opened);
});

test('a request whose own try ends in an error of COMMIT is looked up', () => {
  const bench = benchOf([
    { errcode: FULL, commits: false, rollsBack: true },
    { errcode: SYNC_FAILED, commits: true },
  ]);

  const reply = run(bench, [appendOf('a'), appendOf('b')]);

  expect(kindsOf(reply)).toEqual(['found', 'stored']);
  expect(storedIds(bench)).toEqual(['a-1', 'b-1']);
});

test('what cannot even be looked up is ambiguous', () => {
  const bench = benchOf();
  const sessions = [
    new FailingSession(connect(bench.path, { busyTimeoutMs: 0 }), [{ errcode: SYNC_FAILED, commits: true }]),
  ];
  const openSession = () => {
    const session = sessions.shift();
    if (session === undefined) throw sqliteError(IO_ERROR);
    return session;
  };

  const reply = run({ ...bench, groups: groupsOn(bench, { openSession }) }, [appendOf('a')]);

  expect(reply.outcomes[0]?.[1]).toMatchObject({ kind: 'ambiguous', failure: { sqliteCode: SYNC_FAILED } });
});

test('a rollback that fails leaves each request to be looked up on a new connection', () => {
  const bench = benchOf();
  let isFailing = true;
  class FailingRollback extends WriteSession {
    override apply(request: WriteRequest): WriteOutcome {
      if (isFailing) throw sqliteError(FULL);
      return super.apply(request);
    }
    override rollback(): void {
      throw sqliteError(IO_ERROR);
    }
  }
  const openSession = () => new FailingRollback(connect(bench.path, { busyTimeoutMs: 0 }));
  const failing = { ...bench, groups: groupsOn(bench, { openSession }) };

  const lost = run(failing, [appendOf('a'), appendOf('b')]);
  isFailing = false;
  const next = run(failing, [appendOf('a')]);

  expect([lost, next].map(kindsOf)).toEqual([['ambiguous', 'ambiguous'], ['stored']]);
});

test('a writer that finishes empties the write-ahead log and closes the file, also where others have it open', () => {
  const bench = benchOf();
  run(bench, [appendOf('a')]);
  const other = connect(bench.path, { busyTimeoutMs: 0 });
  other.exec('SELECT * FROM store');

  bench.groups.finish();
  const logBytes = statSync(`${bench.path}-wal`).size;
  other.close();

  expect(logBytes).toBe(0);
  expect(readdirSync(dirname(bench.path))).toEqual(['nexus.db']);
});

test('a writer that was given nothing to write opens no file, and finishes', () => {
  const bench = benchOf();

  bench.groups.finish();

  expect(bench.sessions()).toBe(0);
});

test('a lock that is held for too long refuses the group without a try for each request', () => {
  const bench = benchOf();
  const other = new DatabaseSync(bench.path);
  other.exec('BEGIN IMMEDIATE');

  const reply = run(bench, [appendOf('a'), appendOf('b')]);
  other.close();

  expect(kindsOf(reply)).toEqual(['failed', 'failed']);
  expect(reply.transactions).toBe(0);
  expect(bench.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(11);
  expect(storedIds(bench)).toEqual([]);
});

test('a lock that is held for too long behind a lost group refuses the rest without another wait for each', () => {
  let other: DatabaseSync | undefined;
  const bench = benchOf([
    { errcode: FULL, commits: false, rollsBack: true, onFailed: () => other?.exec('BEGIN IMMEDIATE') },
  ]);
  other = new DatabaseSync(bench.path);

  const reply = run(bench, [appendOf('a'), appendOf('b'), appendOf('c')]);
  other.close();

  expect(kindsOf(reply)).toEqual(['failed', 'failed', 'failed']);
  expect(reply.outcomes[2]?.[1]).toMatchObject({ failure: { reason: 'busy' } });
  expect(bench.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(11);
  expect(storedIds(bench)).toEqual([]);
});

test('a writer that had to wait for another process leaves it a pause before its next groups', () => {
  let other: DatabaseSync | undefined;
  const bench = benchOf([], (sleeps) => {
    if (sleeps === 3) other?.exec('ROLLBACK');
  });
  run(bench, [appendOf('a')]);
  const quiet = bench.sleeps.length;
  other = new DatabaseSync(bench.path);
  other.exec('BEGIN IMMEDIATE');
  run(bench, [appendOf('b')]);
  const waits = bench.sleeps.length;

  run(bench, [appendOf('c')]);
  other.close();

  expect([quiet, waits]).toEqual([0, 3]);
  expect(bench.sleeps.slice(3)).toEqual([1]);
  expect(storedIds(bench)).toEqual(['a-1', 'b-1', 'c-1']);
});

test('a file of which it cannot be told whether it is in place refuses the group, of which nothing was tried', () => {
  const bench = benchOf();
  const isInPlace = () => {
    throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
  };

  const reply = run({ ...bench, groups: groupsOn(bench, { isInPlace }) }, [appendOf('a')]);

  expect(kindsOf(reply)).toEqual(['failed']);
  expect(storedIds(bench)).toEqual([]);
});
