import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../errors.ts';
import { errorOf, eventJson, inStore, Kept, runCli, SAMPLE_CONFIG, temporaryFolder } from '../testing/runCli.ts';

/** A SQLite store in a folder of its own, with `order-1` at version 2. */
async function storeWithOrder(): Promise<{ store: string; folder: string }> {
  const place = emptyPlace();
  await runCli(['append', '--store', place.store], { stdin: `${eventJson()}\n${secondEvent()}\n` });
  return place;
}

function emptyPlace(): { store: string; folder: string } {
  const folder = temporaryFolder();
  return { folder, store: `sqlite:${join(folder, 'store.db')}` };
}

function secondEvent(): string {
  return eventJson({
    eventId: 'e2',
    aggregateVersion: 2,
    eventType: 'OrderPaid',
    timestamp: '2026-02-01T12:00:00.000Z',
  });
}

describe('append', () => {
  test('stores the lines of its input as one append, and says so when they are stored already', async () => {
    const { store } = emptyPlace();
    const stdin = `${eventJson()}\n${secondEvent()}\n`;

    const first = await runCli(['append', '--store', store], { stdin });
    const second = await runCli(['append', '--store', store, '--json'], { stdin });

    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^Stored: order-1, versions 1 to 2 \(receipt .+\)\n$/);
    expect(JSON.parse(second.out)).toMatchObject({
      replayed: true,
      receipts: [{ shares: [{ fromVersion: 1, toVersion: 2 }] }],
    });
  });

  test('stores an array from a file, or nothing of it', async () => {
    const { store, folder } = emptyPlace();
    const file = join(folder, 'events.json');
    writeFileSync(file, `[${eventJson()},\n${eventJson({ aggregateVersion: 3, eventId: 'e3' })}]`);

    const result = await runCli(['append', '--file', file, '--store', store, '--json']);

    expect(result.code).toBe(3);
    expect(errorOf(result).code).toBe('INVALID_EVENT');
    expect(await inStore(store, (opened) => opened.getVersion('order-1'))).toBe(0);
  });

  test.each([
    ['malformed JSON', '[{"eventId": }]', 'INVALID_JSON', 2],
    ['a malformed line', `${eventJson()}\n{"eventId"`, 'INPUT_UNREADABLE', 2],
    ['a key twice', '[{"eventId":"a","eventId":"a"}]', 'INVALID_JSON', 2],
    [
      'a number that loses digits',
      `[${eventJson().replace('12.5', '0.1000000000000000055511151231257827')}]`,
      'INVALID_JSON',
      2,
    ],
    ['half of a surrogate pair', `[${eventJson({ payload: { a: '\ud800' } })}]`, 'INVALID_JSON', 2],
    ['nothing', ' \n', 'INPUT_UNREADABLE', 2],
    ['no event', '[]', 'INVALID_EVENT', 3],
    ['a wrong type', `[${eventJson({ aggregateVersion: '1' })}]`, 'INVALID_EVENT', 3],
    ['an unknown field', `[${eventJson({ color: 'red' })}]`, 'INVALID_EVENT', 3],
    ['a time without a zone', `[${eventJson({ timestamp: '2026-01-31T12:00:00.000' })}]`, 'INVALID_EVENT', 3],
    ['a gap', `[${eventJson({ aggregateVersion: 2 })}]`, 'VERSION_GAP', 4],
  ])('refuses %s, and stores nothing', async (_, stdin, code, exitCode) => {
    const { store } = emptyPlace();

    const result = await runCli(['append', '--store', store, '--json'], { stdin });

    expect(errorOf(result).code).toBe(code);
    expect(result).toMatchObject({ code: exitCode, out: '' });
    if (existsSync(store.slice('sqlite:'.length))) {
      expect(await inStore(store, async (opened) => (await opened.verify()).events)).toBe(0);
    }
  });

  test('refuses an event that breaks the schema of the sample, and names the field', async () => {
    const { store } = emptyPlace();

    const result = await runCli(['append', '--config', SAMPLE_CONFIG, '--store', store], {
      stdin: eventJson({ payload: { customer: 'ada' } }),
    });

    expect(result.code).toBe(3);
    expect(result.err).toMatch(/^nexus: SCHEMA_VALIDATION_FAILED: .*total.*\n$/);
  });

  test('writes into a governed store without rules only where that is said, and puts it on the audit record', async () => {
    const { store } = emptyPlace();
    const placed = eventJson({ payload: { customer: 'ada', total: 1 } });
    await runCli(['append', '--config', SAMPLE_CONFIG, '--store', store], { stdin: placed });

    const refused = await runCli(['append', '--store', store], { stdin: secondEvent() });
    const taken = await runCli(['append', '--ungoverned', '--store', store], { stdin: secondEvent() });

    expect(refused.code).toBe(9);
    expect(refused.err).toContain('nexus.config.json (see --config), or say --ungoverned');
    expect(taken.code).toBe(0);
    expect((await runCli(['audit', 'list', '--store', store])).out).toMatch(/ store\.ungoverned +local /);
  });
});

describe('read', () => {
  test('prints a table for people and lines for machines', async () => {
    const { store } = await storeWithOrder();

    const table = await runCli(['read', 'order-1', '--store', store]);
    const lines = await runCli(['read', 'order-1', '--backward', '--limit', '1', '--json'], {
      env: { NEXUS_STORE: store },
    });

    expect(table.out.split('\n').map((line) => line.split(/\s{2,}/)[1])).toEqual(['VERSION', '1', '2', undefined]);
    expect(JSON.parse(lines.out)).toMatchObject({ eventId: 'e2', aggregateVersion: 2, recorded: {} });
  });

  test('takes bounds, both inclusive', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['read', 'order-1', '--from', '2', '--to', '2', '--store', store, '--json']);

    expect(result.out.trim().split('\n')).toHaveLength(1);
  });

  test('says that there are no events where an aggregate is unknown', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['read', 'nobody', '--store', store]);

    expect(result).toEqual({ code: 0, out: '', err: 'nexus: no events\n' });
  });

  test('refuses a store that is not there instead of making it', async () => {
    const { store } = emptyPlace();

    const result = await runCli(['read', 'order-1', '--store', store, '--json']);

    expect(result.code).toBe(6);
    expect(errorOf(result).message).toContain(`There is no store ${store}`);
    expect(existsSync(store.slice('sqlite:'.length))).toBe(false);
  });

  test.each(['postgres://x', 'nexus.db', 'memory:x'])('refuses the store %s', async (store) => {
    const result = await runCli(['read', 'order-1', '--store', store, '--json']);

    expect(result.code).toBe(9);
    expect(errorOf(result).code).toBe('CONFIGURATION');
  });

  test('refuses a file that is no database, and a directory', async () => {
    const { folder } = emptyPlace();
    const file = join(folder, 'text.db');
    writeFileSync(file, 'this is not a database, and long enough to be looked at as one'.repeat(100));

    const results = await Promise.all(
      [file, folder].map((path) => runCli(['read', 'x', '--store', `sqlite:${path}`, '--json'])),
    );

    expect(results.map(({ code }) => code)).toEqual([9, 9]);
    expect(results.map((result) => errorOf(result).code)).toEqual(['CONFIGURATION', 'CONFIGURATION']);
  });
});

describe('query', () => {
  const range = ['--start', '2026-01-01T00:00:00+01:00', '--end', '2026-12-31T00:00:00Z'];

  test('prints a page and where the next one begins', async () => {
    const { store } = await storeWithOrder();
    await runCli(['append', '--store', store], { stdin: eventJson({ aggregateId: 'order-2' }) });

    const first = await runCli(['query', 'OrderPlaced', ...range, '--limit', '1', '--store', store]);
    const cursor = /--cursor (\S+)/.exec(first.err)?.[1] ?? '';
    const second = await runCli([
      'query',
      'OrderPlaced',
      ...range,
      '--limit',
      '1',
      '--cursor',
      cursor,
      '--store',
      store,
      '--json',
    ]);

    expect(first.out).toContain('order-1');
    expect(JSON.parse(second.out).events).toMatchObject([{ aggregateId: 'order-2' }]);
    expect(JSON.parse(second.out).cursor).toBeUndefined();
  });

  test.each([
    [['query', 'X', '--start', '2026-01-01', '--end', '2026-12-31T00:00:00Z'], '--start has no zone'],
    [['query', 'X', '--start', '2026-01-01T00:00:00Z'], "required option '--end <time>' not specified"],
    [['query', 'X', ...range, '--limit', '0'], '--limit must be an integer from 1 to 10000'],
  ])('refuses %j', async (args, message) => {
    const result = await runCli([...args, '--store', 'memory:', '--json']);

    expect(result.code).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) });
  });

  test('is not limited in number', async () => {
    const { store } = await storeWithOrder();

    for (let count = 0; count < 12; count++) {
      expect((await runCli(['query', 'OrderPlaced', ...range, '--store', store])).code).toBe(0);
    }
  });
});

describe('tail', () => {
  test('prints what there is and what comes, until it is stopped, and where to go on', async () => {
    const { store } = await storeWithOrder();
    const stop = new AbortController();
    const third = eventJson({ eventId: 'e3', aggregateVersion: 3 });
    const stdout = new Kept(() => {
      if (stdout.lines.length === 2) void runCli(['append', '--store', store], { stdin: third });
      if (stdout.lines.length === 3) stop.abort(new InterruptedError('SIGINT'));
    });

    const result = await runCli(['tail', '--from', 'start', '--store', store], { stdout, signal: stop.signal });
    const checkpoint = /--from (\S+)/.exec(result.err)?.[1];

    expect(result.code).toBe(0);
    expect(stdout.lines.map((line) => JSON.parse(line).eventId)).toEqual(['e1', 'e2', 'e3']);
    expect(checkpoint).toBeDefined();
  });

  test('goes on where its consumer stopped, with the types that are asked for', async () => {
    const { store } = await storeWithOrder();
    const tailOnce = async (args: string[]): Promise<string[]> => {
      const stop = new AbortController();
      const stdout = new Kept(() => stop.abort(new InterruptedError('SIGTERM')));
      await runCli(['tail', '--consumer', 'mailer', '--store', store, ...args], { stdout, signal: stop.signal });
      return stdout.lines.map((line) => JSON.parse(line).eventId);
    };

    const first = await tailOnce([]);
    const second = await tailOnce(['--types', 'OrderPaid, OrderShipped']);
    const status = await runCli(['feed', 'status', '--store', store, '--json']);

    expect([first, second]).toEqual([['e1'], ['e2']]);
    expect(JSON.parse(status.out)).toMatchObject({
      epoch: 1,
      consumers: [{ consumer: 'mailer', parkedAggregates: 0 }],
    });
  });

  test('ends quietly when its reader goes, and parks nothing', async () => {
    const { store } = await storeWithOrder();
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' })),
    });

    const result = await runCli(['tail', '--consumer', 'mailer', '--store', store], { stdout });
    const parked = await runCli(['feed', 'parked', 'list', 'mailer', '--store', store]);

    expect(result).toMatchObject({ code: 0, err: '' });
    expect(parked.err).toBe('nexus: mailer has parked no aggregate\n');
  });

  test('refuses a checkpoint of another store', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['tail', '--from', 'nowhere', '--store', store, '--json']);

    expect(result.code).toBe(4);
    expect(errorOf(result).code).toBe('CHECKPOINT_INVALID');
  });
});

describe('export', () => {
  test('writes events as the client stated them, in the order of the feed', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['export', '--store', store]);

    expect(result.out).toBe(`${eventJson()}\n${secondEvent()}\n`);
  });

  test('waits for a slow reader', async () => {
    const { store } = await storeWithOrder();
    const stdout = new PassThrough({ highWaterMark: 1 });

    const running = runCli(['export', '--store', store], { stdout });
    const chunks: Buffer[] = [];
    stdout.on('data', (chunk) => chunks.push(chunk));
    await running;

    expect(Buffer.concat(chunks).toString()).toBe(`${eventJson()}\n${secondEvent()}\n`);
  });

  test('says so when its output cannot be written', async () => {
    const { store } = await storeWithOrder();
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });

    const result = await runCli(['export', '--store', store, '--json'], { stdout });

    expect(result.code).toBe(9);
    expect(errorOf(result).code).toBe('OUTPUT_UNWRITABLE');
  });
});

describe('receipt show', () => {
  test('prints the receipt of an append', async () => {
    const { store } = await storeWithOrder();

    const table = await runCli(['receipt', 'show', 'order-1', '2', '--store', store]);
    const json = await runCli(['receipt', 'show', 'order-1', '2', '--store', store, '--json']);

    expect(table.out).toMatch(/actor +local \(no roles\) by nexus-cli/);
    expect(table.out).toMatch(/schema +none: the store had no registry/);
    expect(JSON.parse(json.out)).toMatchObject({
      actor: { id: 'local', client: 'nexus-cli' },
      schemas: [],
      policy: null,
    });
  });

  test('knows no receipt of a version that there is not', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['receipt', 'show', 'order-1', '3', '--store', store, '--json']);

    expect(result.code).toBe(6);
    expect(errorOf(result).code).toBe('NOT_FOUND');
  });
});

describe('verify', () => {
  test('prints the counts and the content digest', async () => {
    const { store } = await storeWithOrder();

    const result = await runCli(['verify', '--store', store]);

    expect(result.code).toBe(0);
    expect(result.out).toMatch(/events +2\naggregates +1\ncontent digest +1:[0-9a-f]{64}\nverdict +clean\n/);
  });

  test('exits with 7 and prints the findings when something is wrong', async () => {
    const { store } = await storeWithOrder();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(store.slice('sqlite:'.length));
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const [table] = tables.map(({ name }) => String(name)).filter((name) => /event/i.test(name));
    const columns = database
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map(({ name }) => String(name));
    const payload = columns.find((name) => /payload/i.test(name));
    database.exec(`UPDATE ${table} SET ${payload} = replace(${payload}, '12.5', '99.5')`);
    database.close();

    const result = await runCli(['verify', '--store', store]);

    expect(result.code).toBe(7);
    expect(result.out).toContain('NOT CLEAN');
    expect(result.out).toMatch(/error +digest +order-1 version 1/);
  });
});

describe('feed parked', () => {
  async function storeWithParked(): Promise<string> {
    const { store } = await storeWithOrder();
    await inStore(store, async (opened) => {
      const stop = new AbortController();
      const failing = opened.subscribeToStream(
        async ({ eventId }) => {
          if (eventId === 'e1') throw new TypeError('cannot be handled');
        },
        { consumer: 'mailer', attemptsMax: 1, signal: stop.signal },
      );
      while ((await opened.parkedAggregates('mailer')).length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await failing.closed;
    });
    return store;
  }

  test('lists and shows what is parked, with the event that waits', async () => {
    const store = await storeWithParked();

    const list = await runCli(['feed', 'parked', 'list', 'mailer', '--store', store]);
    const show = await runCli(['feed', 'parked', 'show', 'mailer', 'order-1', '--store', store, '--json']);

    expect(list.out).toMatch(/order-1 +1 +e1 +1 +parked .*cannot be handled/);
    expect(JSON.parse(show.out)).toMatchObject({
      aggregateVersion: 1,
      event: { eventId: 'e1', payload: { total: 12.5 } },
    });
  });

  test('asks for another delivery, on the audit record', async () => {
    const store = await storeWithParked();

    const result = await runCli(['feed', 'parked', 'retry', 'mailer', 'order-1', '--store', store]);

    expect(result).toMatchObject({ code: 0, out: 'mailer will deliver order-1 again\n' });
    expect((await runCli(['audit', 'list', '--store', store])).out).toMatch(/ feed\.retried +local /);
    const [parked] = await inStore(store, (opened) => opened.parkedAggregates('mailer'));
    expect(parked?.state).toBe('retrying');
  });

  test('skips the version that waits, and no other', async () => {
    const store = await storeWithParked();

    const other = await runCli(['feed', 'parked', 'discard', 'mailer', 'order-1', '2', '--store', store, '--json']);
    const result = await runCli(['feed', 'parked', 'discard', 'mailer', 'order-1', '1', '--store', store]);

    expect(other.code).toBe(6);
    expect(result).toMatchObject({ code: 0, out: 'mailer will skip version 1 of order-1\n' });
    expect((await runCli(['audit', 'list', '--store', store])).out).toMatch(/ feed\.discarded +local /);
  });

  test.each([
    ['show', 'mailer', 'order-9'],
    ['retry', 'mailer', 'order-9'],
  ])('%s says when nothing is parked', async (...args) => {
    const { store } = await storeWithOrder();

    const result = await runCli(['feed', 'parked', ...args, '--store', store]);

    expect(result.code).toBe(6);
    expect(result.err).toContain('NOT_FOUND');
  });
});

describe('backup and restore', () => {
  test('make a store of the same content and a new epoch, whose old checkpoints are refused', async () => {
    const { store, folder } = await storeWithOrder();
    const copy = join(folder, 'backup.db');
    const restored = `sqlite:${join(folder, 'restored.db')}`;

    const backup = await runCli(['backup', copy, '--store', store]);
    const restore = await runCli(['restore', copy, '--store', restored, '--json']);

    expect(backup).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(restore.out)).toMatchObject({ epoch: 2 });
    const reports = await Promise.all([store, restored].map((url) => inStore(url, (opened) => opened.verify())));
    expect(reports[0]?.contentDigest).toBe(reports[1]?.contentDigest);
  });

  test('overwrite nothing', async () => {
    const { store, folder } = await storeWithOrder();
    const copy = join(folder, 'backup.db');
    await runCli(['backup', copy, '--store', store]);

    const backup = await runCli(['backup', copy, '--store', store, '--json']);
    const restore = await runCli(['restore', copy, '--store', store, '--json']);

    expect([backup.code, restore.code]).toEqual([9, 9]);
    expect(errorOf(restore).message).toContain('exists');
  });

  test('are for SQLite', async () => {
    const results = await Promise.all(
      ['backup', 'restore'].map((name) => runCli([name, 'x.db', '--store', 'memory:', '--json'])),
    );

    expect(results.map(({ code }) => code)).toEqual([9, 9]);
    expect(results.map((result) => errorOf(result).code)).toEqual(['NOT_SUPPORTED', 'NOT_SUPPORTED']);
  });
});
