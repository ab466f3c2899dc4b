import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openEventStore } from '@nexus/adapters';
import { InMemorySchemaRegistry, StoreUnavailableError } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import {
  type CliOptions,
  type CliResult,
  errorOf,
  eventJson,
  inStore,
  runCli,
  SAMPLE_CONFIG,
  temporaryFolder,
  versionsOf,
} from '../testing/runCli.ts';

const REAL_LOG = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/permit-receipt.csv.gz');
const REAL_COLUMNS = [
  '--aggregate',
  'case:concept:name',
  '--type',
  'concept:name',
  '--time',
  'time:timestamp',
  '--user',
  'org:resource',
];
const COLUMNS = ['--aggregate', 'case', '--type', 'activity', '--time', 'at'];

/** A folder with a store and files of its own. */
function workplace() {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  const store = `sqlite:${path('store.db')}`;
  const rejects = path('rejects.jsonl');
  return {
    store,
    path,
    write(name: string, content: string | Buffer): string {
      writeFileSync(path(name), content);
      return path(name);
    },
    import(file: string, args: string[] = [], options: CliOptions = {}): Promise<CliResult> {
      return runCli(['import', file, '--store', store, '--json', '--rejects', rejects, ...args], options);
    },
    csv(content: string, args: string[] = []): Promise<CliResult> {
      return this.import(this.write('log.csv', content), [...COLUMNS, ...args]);
    },
    rejected(): { line: number; error: { code: string; message: string; violations?: unknown[] }; row: unknown }[] {
      const lines = readFileSync(rejects, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line));
    },
    versions: (aggregateId: string) => inStore(store, (opened) => versionsOf(opened, aggregateId)),
    events: () => inStore(store, async (opened) => (await opened.verify()).events),
  };
}

describe('import of the real log', () => {
  test('stores every row once, and its export makes a store of the same content', async (context) => {
    if (!existsSync(REAL_LOG)) return context.skip(`there is no ${REAL_LOG}`);
    const place = workplace();
    const copy = `sqlite:${place.path('copy.db')}`;

    const first = await place.import(REAL_LOG, REAL_COLUMNS);
    const second = await place.import(REAL_LOG, REAL_COLUMNS);
    const exported = await runCli(['export', '--store', place.store]);
    const copied = await runCli(['import', '-', '--format', 'events', '--store', copy, '--json'], {
      stdin: exported.out,
    });

    const everything = { refused: 0, aggregates: 1434, eventTypes: 27 };
    expect(JSON.parse(first.out)).toEqual({ stored: 8577, alreadyThere: 0, ...everything });
    expect(JSON.parse(second.out)).toEqual({ stored: 0, alreadyThere: 8577, ...everything });
    expect(JSON.parse(copied.out)).toEqual({ stored: 8577, alreadyThere: 0, ...everything });
    const digests = await Promise.all([place.store, copy].map((url) => inStore(url, (store) => store.verify())));
    expect(digests.map(({ clean, events }) => ({ clean, events }))).toEqual([
      { clean: true, events: 8577 },
      { clean: true, events: 8577 },
    ]);
    expect(digests[0]?.contentDigest).toBe(digests[1]?.contentDigest);
  }, 60_000);
});

describe('import of CSV', () => {
  test('sorts each case by time in UTC, and keeps the order of equal times', async () => {
    const place = workplace();

    const result = await place.csv(
      'case,activity,at\n' +
        'c1,third,2020-01-01T12:00:00Z\nc1,second,2020-01-01 12:30:00.000000+01:00\nc1,first,2020-01-01T12:00:00+01:00\n' +
        'c1,fourth,2020-01-01T12:00:00Z\n',
    );

    expect(result.code).toBe(0);
    expect(await place.versions('c1')).toEqual([
      [1, 'first', '2020-01-01T11:00:00.000Z'],
      [2, 'second', '2020-01-01T11:30:00.000Z'],
      [3, 'third', '2020-01-01T12:00:00.000Z'],
      [4, 'fourth', '2020-01-01T12:00:00.000Z'],
    ]);
  });

  test('puts columns where the options say, leaves empty cells out, and keeps names that objects have', async () => {
    const place = workplace();

    await place.csv(
      '\ufeffcase,activity,at,who,corr,amount,note,__proto__\r\nc1,a,2020-01-01T12:00:00Z,ada,x-1,5,,p\r\n',
      ['--user', 'who', '--map', 'metadata.correlationId=corr', '--map', 'total=amount', '--map', 'caseId=case'],
    );

    const [event] = await inStore(place.store, (store) => store.getEvents('c1'));
    expect(JSON.stringify(event?.payload)).toBe('{"caseId":"c1","total":"5","__proto__":"p"}');
    expect(event?.metadata).toEqual({ userId: 'ada', correlationId: 'x-1' });
  });

  test('counts equal rows apart, and stores nothing the second time', async () => {
    const place = workplace();
    const rows = 'case,activity,at\nc1,a,2020-01-01T12:00:00Z\nc1,a,2020-01-01T12:00:00Z\n';

    const first = await place.csv(rows);
    const second = await place.csv(rows);

    expect(JSON.parse(first.out)).toMatchObject({ stored: 2, alreadyThere: 0 });
    expect(JSON.parse(second.out)).toMatchObject({ stored: 0, alreadyThere: 2 });
    expect(await place.versions('c1')).toHaveLength(2);
  });

  test('leaves stored rows at their versions when one is mended, and puts the mended one behind, out of order', async () => {
    const place = workplace();
    const rows = [
      'case,activity,at',
      'c1,a,2020-01-01T12:00:00Z',
      'c1,b,2020-01-02T12:00:00Z',
      'c1,c,2020-01-03T12:00:00Z',
    ];
    await place.csv(rows.join('\n'));

    const mended = await place.csv(
      [...rows.with(1, 'c1,mended,2020-01-01T12:00:00Z'), 'c1,d,2020-01-04T12:00:00Z'].join('\n'),
    );

    expect(JSON.parse(mended.out)).toMatchObject({ stored: 2, alreadyThere: 2, refused: 0 });
    const events = await inStore(place.store, (store) => store.getEvents('c1'));
    expect(events.map(({ eventType, recorded }) => [eventType, recorded.outOfOrder])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
      ['mended', true],
      ['d', undefined],
    ]);
  });

  test('refuses rows that are no events, with line and reason, and stores the others', async () => {
    const place = workplace();

    const result = await place.csv(
      'case,activity,at,note\nc1,a,2020-01-01T12:00:00Z,"two\nlines"\nc1,b,2020-01-01 12:00:00,\nc1,c\n' +
        ',d,2020-01-01T12:00:00Z,\nc1,e,2020-01-01T12:00:00.000001Z,\nc1,f,2999-01-01T12:00:00Z,\nc1,g,2020-01-02T12:00:00Z,\n',
    );

    expect(result.code).toBe(8);
    expect(JSON.parse(result.out)).toMatchObject({ stored: 2, refused: 5, rejects: place.path('rejects.jsonl') });
    expect(place.rejected().map(({ line, error }) => [line, error.code])).toEqual([
      [4, 'ROW_INVALID'],
      [5, 'ROW_INVALID'],
      [6, 'ROW_INVALID'],
      [7, 'ROW_INVALID'],
      [8, 'INVALID_EVENT'],
    ]);
    expect(
      place
        .rejected()
        .map(({ row }) => row)
        .slice(0, 2),
    ).toEqual([{ case: 'c1', activity: 'b', at: '2020-01-01 12:00:00', note: '' }, ['c1', 'c']]);
    expect((await place.versions('c1')).map(([version, type]) => [version, type])).toEqual([
      [1, 'a'],
      [2, 'g'],
    ]);
  });

  test('takes the zone that is named, and cuts digits off where it is told to', async () => {
    const place = workplace();

    await place.csv('case,activity,at\nc1,a,2020-01-01 12:00:00.123456\n', ['--zone', '+01:00', '--truncate-time']);

    expect(await place.versions('c1')).toEqual([[1, 'a', '2020-01-01T11:00:00.123Z']]);
  });

  test('refuses rows whose content came with other options, since they are stored already', async () => {
    const place = workplace();
    const rows = 'case,activity,at,n\nc1,a,2020-01-01T12:00:00Z,5\n';
    await place.csv(rows);

    const result = await place.csv(rows, ['--map', 'number=n']);

    expect(result.code).toBe(8);
    expect(place.rejected()[0]?.error.code).toBe('IDEMPOTENCY_MISMATCH');
    expect(await place.events()).toBe(1);
  });

  test('names a column that is absent, and the nearest that are there', async () => {
    const place = workplace();

    const result = await place.csv('case,activity_name,time:stamp,at\n');

    expect(result.code).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'INPUT_UNREADABLE' });
    expect(errorOf(result).message).toContain('has no column "activity"; the nearest are "activity_name"');
    expect(await place.events()).toBe(0);
  });

  test.each([
    [
      'a quote that is not closed',
      'case,activity,at\nc1,a,2020-01-01T12:00:00Z\nc1,"b,2020-01-01T12:00:00Z\n',
      'a quote is open',
    ],
    ['a quote within a field', 'case,activity,at\nc1,b"c",2020-01-01T12:00:00Z\n', 'line 2 has a quote within a field'],
    ['a column twice', 'case,activity,at,case\n', 'has the column "case" twice'],
    ['nothing', '', 'is empty'],
  ])('refuses a file with %s, and stores nothing', async (_, content, message) => {
    const place = workplace();

    const result = await place.csv(content);

    expect(result.code).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringContaining(message) });
    expect(await place.events()).toBe(0);
  });

  test.each([
    [['--map', 'nonsense'], '--map takes FIELD=COLUMN'],
    [['--map', 'x=activity', '--map', 'x=at'], 'both go to payload "x"'],
    [['--zone', 'Europe/Amsterdam'], '--zone takes an offset'],
    [['--format', 'xml'], '--format is one of'],
  ])('refuses the options %j', async (args, message) => {
    const place = workplace();

    const result = await place.csv('case,activity,at\n', args);

    expect(result.code).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) });
  });

  test('says which options CSV needs', async () => {
    const place = workplace();

    const result = await place.import(place.write('log.csv', ''), ['--type', 'activity']);

    expect(errorOf(result)).toMatchObject({ code: 'USAGE', message: 'CSV needs --aggregate COLUMN and --time COLUMN' });
  });
});

describe('import of damaged files', () => {
  const packed = gzipSync(`case,activity,at\n${'c1,a,2020-01-01T12:00:00Z\n'.repeat(5_000)}`);

  test.each([
    ['gzip that is cut off', packed.subarray(0, packed.length - 20), 'is gzip that is cut off'],
    ['damaged gzip', Buffer.concat([packed.subarray(0, 40), Buffer.alloc(40), packed.subarray(80)]), 'is damaged gzip'],
    [
      'bytes that are not UTF-8',
      Buffer.from('case,activity,at\nc1,caf\xe9,2020-01-01T12:00:00Z\n', 'latin1'),
      'is not UTF-8',
    ],
  ])('refuses %s, and stores nothing', async (_, bytes, message) => {
    const place = workplace();

    const result = await place.import(place.write('log.csv.gz', bytes), COLUMNS);

    expect(result.code).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringContaining(message) });
    expect(await place.events()).toBe(0);
  });

  test('refuses a directory and a file that does not exist', async () => {
    const place = workplace();
    mkdirSync(place.path('folder.csv'));

    const folder = await place.import(place.path('folder.csv'), COLUMNS);
    const absent = await place.import(place.path('absent.csv'), COLUMNS);

    expect(errorOf(folder).message).toContain('is a directory; name a file');
    expect(errorOf(absent).message).toContain('does not exist');
    expect([folder.code, absent.code]).toEqual([2, 2]);
  });

  test('refuses a rejects file that cannot be written before anything is stored', async () => {
    const place = workplace();
    const file = place.write('log.csv', 'case,activity,at\nc1,a,2020-01-01T12:00:00Z\n');

    const result = await runCli([
      'import',
      file,
      ...COLUMNS,
      '--store',
      place.store,
      '--rejects',
      place.path('.'),
      '--json',
    ]);

    expect(result.code).toBe(9);
    expect(errorOf(result).code).toBe('OUTPUT_UNWRITABLE');
    expect(existsSync(place.path('store.db'))).toBe(false);
  });

  test('empties no rejects file that holds anything else, such as the input or the store', async () => {
    const place = workplace();
    const log = 'case,activity,at\nc1,a,2020-01-01T12:00:00Z\n';
    const file = place.write('log.csv', log);
    await place.import(file, COLUMNS);

    const overInput = await place.import(file, [...COLUMNS, '--rejects', file]);
    const overStore = await place.import(file, [...COLUMNS, '--rejects', place.path('store.db')]);

    for (const result of [overInput, overStore]) {
      expect([result.code, errorOf(result).code]).toEqual([9, 'OUTPUT_UNWRITABLE']);
    }
    expect(readFileSync(file, 'utf8')).toBe(log);
    expect(await place.events()).toBe(1);
  });
});

describe('import of events', () => {
  test('keeps id, version and time, and stores nothing the second time', async () => {
    const place = workplace();
    const lines = [
      eventJson({ recorded: { digest: 'x' } }),
      '',
      eventJson({ aggregateVersion: 2, eventId: 'e2' }),
    ].join('\n');
    const file = place.write('events.jsonl', lines);

    const first = await place.import(file);
    const second = await place.import(file);

    expect(JSON.parse(first.out)).toMatchObject({ stored: 2, alreadyThere: 0 });
    expect(JSON.parse(second.out)).toMatchObject({ stored: 0, alreadyThere: 2 });
    const events = await inStore(place.store, (store) => store.getEvents('order-1'));
    expect(events.map(({ eventId, aggregateVersion }) => [eventId, aggregateVersion])).toEqual([
      ['e1', 1],
      ['e2', 2],
    ]);
  });

  test('takes lines of one aggregate in the order of their versions', async () => {
    const place = workplace();
    const lines = [3, 1, 2].map((version) => eventJson({ aggregateVersion: version, eventId: `e${version}` }));

    const result = await place.import(place.write('events.ndjson', lines.join('\n')));

    expect(JSON.parse(result.out)).toMatchObject({ stored: 3, refused: 0 });
  });

  test('refuses lines that break a rule, each with its reason', async () => {
    const place = workplace();
    const lines = [
      eventJson(),
      '{"eventId": 1',
      '[]',
      eventJson({ eventId: 7 }),
      eventJson({ aggregateVersion: undefined }),
      eventJson({ aggregateId: 'order-2', unknown: true }),
      eventJson({ aggregateId: 'order-3', timestamp: '2026-01-31T12:00:00' }),
      eventJson({ aggregateId: 'order-4' }).replace('12.5', '12345678901234567890'),
      eventJson({ aggregateId: 'order-5', aggregateVersion: 3 }),
      eventJson({ eventId: 'other' }),
      eventJson({ payload: { total: 13 } }),
    ];

    const result = await place.import(place.write('events.jsonl', lines.join('\n')));

    expect(JSON.parse(result.out)).toMatchObject({ stored: 1, refused: 10 });
    const found = place.rejected().map(({ line, error }) => [line, error.code] as const);
    expect(found.sort(([a], [b]) => a - b)).toEqual([
      [2, 'INVALID_JSON'],
      [3, 'ROW_INVALID'],
      [4, 'ROW_INVALID'],
      [5, 'ROW_INVALID'],
      [6, 'INVALID_EVENT'],
      [7, 'INVALID_EVENT'],
      [8, 'INVALID_JSON'],
      [9, 'VERSION_GAP'],
      [10, 'CONCURRENCY_CONFLICT'],
      [11, 'IDEMPOTENCY_MISMATCH'],
    ]);
    expect(await place.events()).toBe(1);
  });

  test('refuses the options of CSV, and a file whose name says nothing', async () => {
    const place = workplace();

    const columns = await place.import(place.write('events.jsonl', ''), COLUMNS);
    const unnamed = await place.import(place.write('events', ''));

    expect(errorOf(columns).message).toContain('--aggregate and --type and --time are for CSV');
    expect(errorOf(unnamed).message).toContain('say --format csv|events|cloudevents');
  });
});

describe('import of CloudEvents', () => {
  function cloudEvent(fields: Record<string, unknown> = {}): string {
    const base = { specversion: '1.0', id: 'c1', source: '/shop', type: 'OrderPlaced', subject: 'order-1' };
    return JSON.stringify({ ...base, time: '2026-01-31T13:00:00+01:00', data: { total: 1 }, ...fields });
  }

  test('sorts those without a version by time, and keeps every attribute', async () => {
    const place = workplace();
    const lines = [
      cloudEvent({ id: 'later', time: '2026-02-01T00:00:00Z', traceid: 't' }),
      cloudEvent({ id: 'earlier' }),
    ];
    const file = place.write('cloud.jsonl', lines.join('\n'));

    const first = await place.import(file);
    const second = await place.import(file);

    expect([first, second].map(({ out }) => JSON.parse(out).stored)).toEqual([2, 0]);
    const events = await inStore(place.store, (store) => store.getEvents('order-1'));
    expect(events.map(({ recorded, ...event }) => event)).toEqual([
      expect.objectContaining({
        eventId: 'earlier',
        aggregateVersion: 1,
        timestamp: '2026-01-31T12:00:00.000Z',
        payload: { total: 1 },
      }),
      expect.objectContaining({ eventId: 'later', metadata: { source: '/shop', specversion: '1.0', traceid: 't' } }),
    ]);
  });

  test('keeps the version of those that carry one, and takes the source where there is no subject', async () => {
    const place = workplace();
    const lines = [
      cloudEvent({ id: 'two', subject: undefined, aggregateversion: 2, time: '2026-01-01T00:00:00Z' }),
      cloudEvent({ id: 'one', subject: undefined, aggregateversion: '1' }),
    ];

    await place.import(place.write('cloud.jsonl', lines.join('\n')));

    const events = await inStore(place.store, (store) => store.getEvents('/shop'));
    expect(events.map(({ eventId }) => eventId)).toEqual(['one', 'two']);
  });

  test('takes one that was delivered twice once, and refuses another with the same id', async () => {
    const place = workplace();
    const lines = [cloudEvent(), cloudEvent(), cloudEvent({ data: { total: 2 } })];

    const result = await place.import(place.write('cloud.jsonl', lines.join('\n')));

    expect(JSON.parse(result.out)).toMatchObject({ stored: 1, alreadyThere: 1, refused: 1 });
    expect(place.rejected()[0]).toMatchObject({ line: 3, error: { code: 'ROW_INVALID' } });
  });

  test.each([
    [{ specversion: '0.3' }, 'specversion'],
    [{ id: '' }, 'id'],
    [{ time: undefined }, 'time'],
    [{ time: '2026-01-31T13:00:00' }, 'time has no zone'],
    [{ data: 'text' }, 'data must be a JSON object'],
    [{ data: undefined, data_base64: 'AA==' }, 'data_base64'],
    [{ aggregateversion: 0 }, 'aggregateversion'],
  ])('refuses one with %j', async (fields, message) => {
    const place = workplace();

    const result = await place.import(place.write('cloud.jsonl', cloudEvent(fields)));

    expect(result.code).toBe(8);
    expect(place.rejected()[0]?.error.message).toContain(message);
    expect(await place.events()).toBe(0);
  });
});

describe('import through the rules', () => {
  const rules = () => {
    const schemaRegistry = new InMemorySchemaRegistry();
    schemaRegistry.register('a', { type: 'object', properties: { n: { enum: ['1', '2'] } } });
    return { schemaRegistry };
  };
  const governed: CliOptions = { openStore: (url, options) => openEventStore(url, { ...options, ...rules() }) };

  test('refuses the rows that break a schema, and leaves no gap', async () => {
    const place = workplace();
    const rows = ['1', 'x', '2', 'y', '1'].map((n, day) => `c1,a,2020-01-0${day + 1}T12:00:00Z,${n}`);
    const file = place.write('log.csv', ['case,activity,at,n', ...rows].join('\n'));

    const result = await place.import(file, COLUMNS, governed);

    expect(JSON.parse(result.out)).toMatchObject({ stored: 3, refused: 2 });
    expect(place.rejected()).toMatchObject([
      { line: 3, error: { code: 'SCHEMA_VALIDATION_FAILED', violations: [{ pointer: '/payload/n' }] } },
      { line: 5, error: { code: 'SCHEMA_VALIDATION_FAILED' } },
    ]);
    expect((await place.versions('c1')).map(([version]) => version)).toEqual([1, 2, 3]);
  });

  test('stops when the store cannot take more, and goes on there the next time', async () => {
    const place = workplace();
    const file = place.write('log.csv', 'case,activity,at\nc1,b,2020-01-01T12:00:00Z\nc2,b,2020-01-01T12:00:00Z\n');
    const firstStored = Promise.withResolvers<void>();
    const failing: CliOptions = {
      openStore: async (url, options) => {
        const store = await openEventStore(url, options);
        const append = store.append.bind(store);
        store.append = async (events, given) => {
          if (events[0]?.aggregateId === 'c2') {
            await firstStored.promise;
            throw new StoreUnavailableError('The disk is full', { reason: 'full' });
          }
          const receipt = await append(events, given);
          firstStored.resolve();
          return receipt;
        };
        return store;
      },
    };

    const stopped = await place.import(file, COLUMNS, failing);
    const again = await place.import(file, COLUMNS);

    expect(stopped.code).toBe(5);
    expect(errorOf(stopped).code).toBe('STORE_UNAVAILABLE');
    expect(JSON.parse(again.out)).toMatchObject({ stored: 1, alreadyThere: 1 });
  });

  test('says what to do where a governed store is imported into without rules', async () => {
    const place = workplace();
    const file = place.write('log.csv', 'case,activity,at\nc1,b,2020-01-01T12:00:00Z\n');
    await runCli(['append', '--config', SAMPLE_CONFIG, '--store', place.store], {
      stdin: eventJson({ payload: { customer: 'ada', total: 1 } }),
    });

    const refused = await place.import(file, COLUMNS);
    const ungoverned = await place.import(file, [...COLUMNS, '--ungoverned']);

    expect(refused.code).toBe(9);
    expect(errorOf(refused).message).toContain('say --ungoverned');
    expect(JSON.parse(ungoverned.out)).toMatchObject({ stored: 1 });
  });

  test('stops when it is told to, and stores nothing more', async () => {
    const place = workplace();
    const file = place.write('log.csv', 'case,activity,at\nc1,b,2020-01-01T12:00:00Z\n');
    const { InterruptedError } = await import('../errors.ts');

    const result = await place.import(file, COLUMNS, { signal: AbortSignal.abort(new InterruptedError('SIGINT')) });

    expect(result.code).toBe(130);
    expect(errorOf(result).code).toBe('INTERRUPTED');
    expect(await place.events()).toBe(0);
  });
});
