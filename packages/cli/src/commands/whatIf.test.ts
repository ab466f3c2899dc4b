import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStore } from '@nexus/adapters';
import { CelPolicyEngine, FileSchemaRegistry } from '@nexus/adapters/embedded';
import { type DomainEvent, InMemoryPolicy, InMemorySchemaRegistry, type JsonObject } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../errors.ts';
import { type CliResult, errorOf, inStore, Kept, runCli, temporaryFolder } from '../testing/runCli.ts';
import type { WhatIfReport } from '../what-if/WhatIfReport.ts';

const ADA = { id: 'ada', roles: ['clerk'], client: 'desk' };
const BOB = { id: 'bob', roles: ['manager'], client: 'desk' };

interface Place {
  readonly folder: string;
  readonly store: string;
  readonly file: string;
}

function place(): Place {
  const folder = temporaryFolder();
  const file = join(folder, 'store.db');
  return { folder, file, store: `sqlite:${file}` };
}

function event(aggregateId: string, aggregateVersion: number, fields: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: `${aggregateId}-${aggregateVersion}`,
    eventType: 'OrderPlaced',
    aggregateId,
    aggregateVersion,
    timestamp: '2026-01-15T12:00:00.000Z',
    payload: { total: 50 },
    metadata: {},
    ...fields,
  };
}

/** Six events of two types, three months and two actors. */
async function storeWithHistory(): Promise<Place> {
  const made = place();
  await inStore(made.store, async (store) => {
    await store.append([event('order-1', 1), event('order-1', 2, { payload: { total: 500 } })], { principal: ADA });
    const later = { timestamp: '2026-03-01T00:00:00.000Z' };
    await store.append([event('order-2', 1, { ...later, payload: { total: 101 } })], { principal: BOB });
    await store.append([event('order-3', 1, { timestamp: '2026-01-01T00:00:00.000Z', payload: { total: 999 } })]);
    const paid = { eventType: 'OrderPaid', payload: { amounts: [1, -2, -3] } };
    await store.append([event('order-3', 2, { ...paid, timestamp: '2026-02-28T23:59:59.999Z' })], { principal: BOB });
    await store.append([event('order-2', 2, { ...later, eventType: 'OrderShipped' })], { principal: ADA });
  });
  return made;
}

/** Writes `schemas/<type>/<version>.json`. */
function schemasIn(folder: string, schemas: Record<string, readonly JsonObject[]>): string {
  const root = join(folder, 'schemas');
  for (const [type, versions] of Object.entries(schemas)) {
    // On disk, capitals are escaped.
    const encoded = type.replaceAll(/[A-Z]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
    mkdirSync(join(root, encoded), { recursive: true });
    for (const [index, schema] of versions.entries()) {
      writeFileSync(join(root, encoded, `${index + 1}.json`), JSON.stringify(schema));
    }
  }
  return root;
}

function totalUpTo(maximum: number): JsonObject {
  return { type: 'object', properties: { total: { type: 'number', maximum } } };
}

/** Writes `policies/all.yaml`, a policy for each expression. */
function policiesIn(
  folder: string,
  policies: Record<string, { expression: string; action?: 'Deny' | 'Audit' }>,
): string {
  const root = join(folder, 'policies');
  const documents = Object.entries(policies).map(([name, { expression, action = 'Deny' }]) =>
    JSON.stringify({
      apiVersion: 'nexus/v1',
      kind: 'Policy',
      metadata: { name },
      spec: { validations: [{ expression, message: 'no' }], validationActions: [action] },
    }),
  );
  mkdirSync(root);
  writeFileSync(join(root, 'all.yaml'), documents.join('\n---\n'));
  return root;
}

const TIGHTENED = {
  OrderPlaced: [totalUpTo(100)],
  OrderPaid: [{ type: 'object', properties: { amounts: { items: { type: 'number', minimum: 0 } } } }],
};

function where(aggregateId: string, aggregateVersion: number, eventType: string, timestamp: string) {
  return { aggregateId, aggregateVersion, eventId: `${aggregateId}-${aggregateVersion}`, eventType, timestamp };
}

describe('what-if --schemas', () => {
  test('counts what the schemas would have refused by rule, type and month', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, TIGHTENED);

    const args = ['what-if', '--schemas', schemas, '--unknown-types', 'allow', '--examples', '2', '--store', store];
    const result = await runCli([...args, '--json']);

    const placed = (id: string, version: number, time: string) => where(id, version, 'OrderPlaced', time);
    const paid = where('order-3', 2, 'OrderPaid', '2026-02-28T23:59:59.999Z');
    const none = { events: 0, refused: 0 };
    expect(result).toMatchObject({ code: 7, err: '' });
    expect(JSON.parse(result.out)).toEqual({
      events: 6,
      refused: 4,
      rules: [
        {
          rule: 'schema OrderPlaced 1 /payload/total maximum',
          parts: {
            kind: 'schema',
            eventType: 'OrderPlaced',
            version: '1',
            pointer: '/payload/total',
            keyword: 'maximum',
          },
          refuses: true,
          events: 3,
          first: placed('order-3', 1, '2026-01-01T00:00:00.000Z'),
          last: placed('order-2', 1, '2026-03-01T00:00:00.000Z'),
          examples: [
            placed('order-1', 2, '2026-01-15T12:00:00.000Z'),
            placed('order-2', 1, '2026-03-01T00:00:00.000Z'),
          ],
          types: [{ eventType: 'OrderPlaced', events: 3 }],
          months: [
            { month: '2026-01', events: 2 },
            { month: '2026-03', events: 1 },
          ],
        },
        {
          rule: 'schema OrderPaid 1 /payload/amounts/* minimum',
          parts: expect.objectContaining({ pointer: '/payload/amounts/*' }),
          refuses: true,
          events: 1,
          first: paid,
          last: paid,
          examples: [paid],
          types: [{ eventType: 'OrderPaid', events: 1 }],
          months: [{ month: '2026-02', events: 1 }],
        },
      ],
      otherRules: 0,
      types: [
        { eventType: 'OrderPlaced', events: 4, refused: 3 },
        { eventType: 'OrderPaid', events: 1, refused: 1 },
        { eventType: 'OrderShipped', events: 1, refused: 0 },
      ],
      otherTypes: none,
      months: [
        { month: '2026-01', events: 3, refused: 2 },
        { month: '2026-02', events: 1, refused: 1 },
        { month: '2026-03', events: 2, refused: 1 },
      ],
      otherMonths: none,
      inactive: [],
    });
  });

  test('prints tables for people, with bars on a terminal, and no value of a payload', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, TIGHTENED);
    const terminal = Object.assign(new Kept(), { isTTY: true, columns: 400 });

    const args = ['what-if', '--schemas', schemas, '--store', store];
    const plain = await runCli(args);
    await runCli(args, { stdout: terminal });

    expect(plain.code).toBe(7);
    expect(plain.out).toContain('6 events looked at, 5 would be refused (83.33 %)');
    expect(plain.out).toMatch(
      /^schema OrderPlaced 1 \/payload\/total maximum +3 +2026-01-01T00:00:00.000Z order-3 version 1 +2026-03-01T/m,
    );
    expect(plain.out).toMatch(/^schema OrderShipped \/eventType unknownType +1 /m);
    expect(plain.out).toMatch(/^2026-03 +2 +2$/m);
    expect(terminal.text).toMatch(/^2026-03 +2 +2 +█{20}$/m);
    expect(plain.out).not.toMatch(/\b(500|999|101)\b/);
  });

  test('says so, by exit code 0, when nothing would be refused', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, { OrderPlaced: [totalUpTo(1_000)] });

    const result = await runCli(['what-if', '--schemas', schemas, '--unknown-types', 'allow', '--store', store]);

    expect(result).toEqual({ code: 0, err: '', out: '6 events looked at, 0 would be refused\n' });
  });

  test('reports the same, in the same order, by one thread and by three', async () => {
    const { store, folder } = place();
    await inStore(store, async (opened) => {
      for (let aggregate = 0; aggregate < 20; aggregate++) {
        const id = `order-${aggregate}`;
        const events = Array.from({ length: 100 }, (_, index) =>
          event(id, index + 1, {
            eventType: `Type${index % 7}`,
            timestamp: new Date(Date.UTC(2026, index % 11, aggregate + 1)).toISOString(),
            payload: { total: (aggregate * 100 + index) % 150 },
          }),
        );
        await opened.append(events);
      }
    });
    const types = Array.from({ length: 7 }, (_, index) => [`Type${index}`, [totalUpTo(100 + index)]]);
    const schemas = schemasIn(folder, Object.fromEntries(types));
    const by = async (threads: string) => {
      const rejects = join(folder, `rejects-${threads}.jsonl`);
      const args = ['what-if', '--schemas', schemas, '--threads', threads, '--rejects', rejects, '--store', store];
      const { out } = await runCli([...args, '--json']);
      return { report: { ...JSON.parse(out), rejects: undefined }, rejects: readFileSync(rejects, 'utf8') };
    };

    const [one, three] = [await by('1'), await by('3')];

    expect(one.report).toMatchObject({ events: 2_000, rules: { length: 7 } });
    expect(one.rejects.trim().split('\n')).toHaveLength(one.report.refused);
    expect(three).toEqual(one);
  });

  test('foretells, row by row, what an import under the same schemas refuses', async () => {
    const { store, folder } = place();
    const rows = Array.from({ length: 60 }, (_, index) => {
      const time = new Date(Date.UTC(2026, index % 5, 1, 0, index)).toISOString();
      const amount = index % 7 === 0 ? 'none' : String(index);
      return `case-${index % 9},${index % 2 === 0 ? 'Opened' : 'Closed'},${time},${amount},row-${index}`;
    });
    const csv = join(folder, 'log.csv');
    writeFileSync(csv, `case,activity,time,amount,row\n${rows.join('\n')}\n`);
    const source = [csv, '--aggregate', 'case', '--type', 'activity', '--time', 'time', '--map', 'metadata.row=row'];
    const number = { type: 'object', properties: { amount: { pattern: '^[0-9]+$' } } };
    const short = { ...number, properties: { amount: { pattern: '^[0-9]+$', maxLength: 1 } } };
    const schemas = schemasIn(folder, { Opened: [number], Closed: [short] });
    await runCli(['import', ...source, '--store', store]);
    const [predicted, refused] = [join(folder, 'predicted.jsonl'), join(folder, 'refused.jsonl')];

    const foretold = await runCli([
      'what-if',
      '--schemas',
      schemas,
      '--rejects',
      predicted,
      '--store',
      store,
      '--json',
    ]);
    const fresh = [
      'import',
      ...source,
      '--rejects',
      refused,
      '--store',
      `sqlite:${join(folder, 'fresh.db')}`,
      '--json',
    ];
    const imported = await runCli(fresh, {
      openStore: (url, options) =>
        openEventStore(url, { ...options, schemaRegistry: new FileSchemaRegistry({ folder: schemas }) }),
    });

    const rowAt = await inStore(store, async (opened) => {
      const rows = new Map<string, unknown>();
      for await (const { aggregateId, aggregateVersion, metadata } of opened.exportEvents()) {
        rows.set(`${aggregateId} ${aggregateVersion}`, metadata.row);
      }
      return rows;
    });
    const byRow = (found: (readonly [unknown, unknown])[]) => found.sort((a, b) => (`${a[0]}` < `${b[0]}` ? -1 : 1));
    const expected = linesOf(refused).map(({ row, error }) => [row.row, pointers(error.violations)] as const);
    const actual = linesOf(predicted).map(
      ({ aggregateId, aggregateVersion, rules }) =>
        [rowAt.get(`${aggregateId} ${aggregateVersion}`), pointers(rules)] as const,
    );
    expect(imported.code).toBe(8);
    expect(expected.length).toBeGreaterThan(20);
    expect(JSON.parse(foretold.out).refused).toBe(JSON.parse(imported.out).refused);
    expect(byRow(actual)).toEqual(byRow(expected));
  });

  test('judges by the version that an event names, or else the latest, or as it is told', async () => {
    const { store, folder } = place();
    const loose = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
    loose.register('OrderPlaced', totalUpTo(1_000));
    const opened = await openEventStore(store, { schemaRegistry: loose });
    await opened.append([event('a', 1), event('a', 2, { metadata: { schemaVersion: 1 } })]);
    await opened.close();
    const schemas = schemasIn(folder, { OrderPlaced: [totalUpTo(1_000), totalUpTo(10)] });
    const args = ['what-if', '--schemas', schemas, '--compatibility', 'NONE', '--store', store, '--json'];
    const refusedBy = async (...more: string[]) => JSON.parse((await runCli([...args, ...more])).out).refused;

    const refused = [await refusedBy(), await refusedBy('--recorded'), await refusedBy('--latest')];

    expect(refused).toEqual([1, 0, 2]);
  });

  test('says which version nothing is judged by, because it breaks its compatibility level', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, { OrderPlaced: [totalUpTo(1_000), totalUpTo(10)] });

    const args = ['what-if', '--schemas', schemas, '--unknown-types', 'allow', '--store', store];
    const result = await runCli(args);
    const machine = JSON.parse((await runCli([...args, '--json'])).out);

    expect(result.code).toBe(0);
    expect(result.err).toMatch(
      /^nexus: version 2 of OrderPlaced is not active, and is the latest of nothing: .*BACKWARD/,
    );
    expect(machine.inactive).toMatchObject([{ eventType: 'OrderPlaced', version: '2' }]);
  });

  test('writes nothing to the store', async () => {
    const { store, file, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, TIGHTENED);
    const bytes = () => createHash('sha256').update(readFileSync(file)).digest('hex');
    const content = () => inStore(store, async (opened) => (await opened.verify()).contentDigest);
    const before = [await content(), bytes()];

    await runCli(['what-if', '--schemas', schemas, '--store', store]);

    expect([await content(), bytes()]).toEqual(before);
  });

  test('writes what would be refused over an older file of it, and over nothing else', async () => {
    const { store, folder, file } = await storeWithHistory();
    const args = ['what-if', '--schemas', schemasIn(folder, { OrderPlaced: [totalUpTo(100)] }), '--store', store];
    const before = createHash('sha256').update(readFileSync(file)).digest('hex');

    const overStore = await runCli([...args, '--rejects', file, '--json']);
    const first = await runCli([...args, '--rejects', join(folder, 'refused.jsonl')]);
    const again = await runCli([...args, '--rejects', join(folder, 'refused.jsonl')]);

    expect([overStore.code, errorOf(overStore).code]).toEqual([9, 'OUTPUT_UNWRITABLE']);
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(before);
    expect([first.code, again.code]).toEqual([7, 7]);
  });

  test('stops when it is told to', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, TIGHTENED);
    const stopped = new AbortController();
    const stderr = new Kept(() => stopped.abort(new InterruptedError('SIGINT')));
    let now = 0;
    // Each look at the clock takes ten seconds, so that the first progress is said at once.
    const tick = () => (now += 10_000);

    const args = ['what-if', '--schemas', schemas, '--store', store];
    const result = await runCli(args, { stderr, signal: stopped.signal, now: tick });

    expect(result).toMatchObject({ code: 130, out: '' });
    expect(result.err).toContain('nexus: judging: 6 events');
  });
});

describe('what-if --policies', () => {
  test('asks the policies as the actor of the receipt, at the time of its decision', async () => {
    const { store, folder } = place();
    for (const [id, hour, principal] of [
      ['early', 3, BOB],
      ['late', 12, BOB],
      ['clerk', 12, ADA],
    ] as const) {
      const clock = { now: () => Date.UTC(2026, 5, 1, hour), sleep: () => Promise.resolve() };
      const opened = await openEventStore(store, { clock });
      await opened.append([event(id, 1)], { principal });
      await opened.close();
    }
    const policies = policiesIn(folder, {
      'in-office-hours': { expression: 'now.getHours() >= 8' },
      'managers-only': { expression: "'manager' in principal.roles" },
      'large-is-noted': { expression: 'event.payload.total < 50.0', action: 'Audit' },
    });

    const result = await runCli(['what-if', '--policies', policies, '--store', store, '--json']);

    expect(result.code).toBe(7);
    expect(JSON.parse(result.out)).toMatchObject({
      events: 3,
      refused: 2,
      policies: { revision: expect.stringMatching(/^1:/), names: { length: 3 } },
    });
    expect(found(result)).toEqual([
      ['policy large-is-noted (only observes)', ['early 1', 'late 1', 'clerk 1']],
      ['policy in-office-hours', ['early 1']],
      ['policy managers-only', ['clerk 1']],
    ]);
  });

  test('tries schemas and policies together, and writes down who would be refused by what', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, TIGHTENED);
    const policies = policiesIn(folder, { 'managers-only': { expression: "'manager' in principal.roles" } });
    const rejects = join(folder, 'rejects.jsonl');

    const args = ['what-if', '--schemas', schemas, '--policies', policies, '--unknown-types', 'allow'];
    const result = await runCli([...args, '--rejects', rejects, '--store', store, '--json']);

    const lines = linesOf(rejects).map(({ aggregateId, aggregateVersion, rules }) => [
      `${aggregateId} ${aggregateVersion}`,
      rules.map(({ rule }) => rule.split(' ')[0]),
    ]);
    expect(JSON.parse(result.out)).toMatchObject({ refused: 6, rejects });
    expect(lines).toEqual([
      ['order-1 1', ['policy']],
      ['order-1 2', ['schema', 'policy']],
      ['order-2 1', ['schema']],
      ['order-3 1', ['schema', 'policy']],
      ['order-3 2', ['schema']],
      ['order-2 2', ['policy']],
    ]);
  });
});

describe('what-if --observed', () => {
  test('reports what a store in observe mode has let in, by the rules of that time', async () => {
    const { store, folder } = await storeWithHistory();
    const schemas = schemasIn(folder, { OrderPlaced: [totalUpTo(100)] });
    const folderOfPolicies = policiesIn(folder, {
      'managers-only': { expression: "'manager' in principal.roles" },
      'low-is-noted': { expression: 'event.payload.total >= 50.0', action: 'Audit' },
    });
    const schemaRegistry = new FileSchemaRegistry({ folder: schemas });
    const policy = new CelPolicyEngine({ folder: folderOfPolicies });
    const observing = await openEventStore(store, { schemaRegistry, policy, mode: 'observe' });
    const together = [event('order-4', 1, { payload: { total: 101 } }), event('order-4', 2)];
    await observing.append(together, { principal: BOB });
    await observing.append([event('order-5', 1, { eventType: 'Unknown', timestamp: '2026-04-01T00:00:00.000Z' })]);
    await observing.append([event('order-4', 3, { payload: { total: 1 } })], { principal: BOB });
    await observing.close();
    for (const gone of [schemas, folderOfPolicies]) rmSync(gone, { recursive: true });

    const result = await runCli(['what-if', '--observed', '--store', store, '--json']);
    const people = await runCli(['what-if', '--observed', '--store', store]);

    expect(result.code).toBe(7);
    expect(JSON.parse(result.out)).toMatchObject({ events: 10, refused: 3 });
    expect(found(result)).toEqual(
      [
        ['schema OrderPlaced 1 /payload/total maximum', ['order-4 1']],
        ['another event of its append', ['order-4 2']],
        ['policy low-is-noted (only observes)', ['order-4 3']],
        ['policy managers-only', ['order-5 1']],
        ['schema Unknown /eventType unknownType', ['order-5 1']],
      ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    expect(people.out).toContain('10 events looked at, 3 were let in that enforcement would have refused');
  });

  test('says what the receipts say where the rules were not kept', async () => {
    const { store } = place();
    const policy = new InMemoryPolicy([
      { name: 'managers-only', check: (_, { roles }) => (roles.includes('manager') ? undefined : 'not a manager') },
      { name: 'noted', effect: 'observe', check: () => 'noted' },
    ]);
    const observing = await openEventStore(store, { policy, mode: 'observe' });
    await observing.append([event('order-1', 1)], { principal: BOB });
    await observing.append([event('order-1', 2)], { principal: ADA });
    await observing.close();

    const result = await runCli(['what-if', '--observed', '--store', store, '--json']);

    expect(JSON.parse(result.out)).toMatchObject({ events: 2, refused: 1 });
    expect(found(result)).toEqual([
      ['policy noted (only observes)', ['order-1 1', 'order-1 2']],
      ['policy one of managers-only, noted', ['order-1 2']],
    ]);
  });

  test('finds nothing in a store that enforced, or had no rules', async () => {
    const { store } = await storeWithHistory();

    const result = await runCli(['what-if', '--observed', '--store', store, '--json']);

    expect(result.code).toBe(0);
    expect(JSON.parse(result.out)).toMatchObject({ events: 6, refused: 0, rules: [] });
  });
});

describe('what-if refuses', () => {
  test.each<[string, string[], number, RegExp]>([
    ['no rules', [], 2, /needs --schemas FOLDER, --policies FOLDER or --observed/],
    ['rules beside what was observed', ['--observed', '--schemas', '.'], 2, /--observed takes no rules/],
    ['two choices of a version', ['--schemas', '.', '--latest', '--recorded'], 2, /contradict/],
    ['no thread', ['--schemas', '.', '--threads', '0'], 2, /--threads must be an integer from 1/],
    ['schemas that are not there', ['--schemas', '/nowhere'], 9, /\/nowhere is no folder/],
    ['policies that are not there', ['--policies', '/nowhere'], 9, /\/nowhere is no folder/],
  ])('%s', async (_, args, code, message) => {
    const { store } = place();

    const result = await runCli(['what-if', ...args, '--store', store, '--json']);

    expect(result).toMatchObject({ code, out: '' });
    expect(errorOf(result).message).toMatch(message);
  });

  test('folders without rules, rules that are none, and a file that cannot be written', async () => {
    const { store, folder } = await storeWithHistory();
    const empty = temporaryFolder();
    const wrong = policiesIn(temporaryFolder(), { wrong: { expression: 'event.payloadd.total > 1.0' } });
    const broken = schemasIn(temporaryFolder(), { OrderPlaced: [{ type: 'nonsense' }] });
    const good = schemasIn(folder, TIGHTENED);
    const run = (...args: string[]) => runCli(['what-if', ...args, '--store', store, '--json']);

    const results = [
      await run('--schemas', empty),
      await run('--schemas', broken),
      await run('--policies', empty),
      await run('--policies', wrong),
      await run('--schemas', good, '--rejects', join(folder, 'nowhere', 'rejects.jsonl')),
    ];

    expect(results.map((result) => [result.code, errorOf(result).code])).toEqual([
      [9, 'CONFIGURATION'],
      [9, 'CONFIGURATION'],
      [9, 'CONFIGURATION'],
      [9, 'CONFIGURATION'],
      [9, 'OUTPUT_UNWRITABLE'],
    ]);
  });
});

/** Each rule of a report, with its examples. */
function found({ out }: CliResult): (readonly [rule: string, examples: string[]])[] {
  const { rules } = JSON.parse(out) as WhatIfReport;
  return rules.map(({ rule, examples }) => [
    rule,
    examples.map(({ aggregateId, aggregateVersion }) => `${aggregateId} ${aggregateVersion}`),
  ]);
}

interface RefusedLine {
  readonly row: { readonly row: string };
  readonly error: { readonly violations: readonly { readonly pointer: string }[] };
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  readonly rules: readonly { readonly rule: string; readonly pointer: string }[];
}

function linesOf(path: string): RefusedLine[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function pointers(broken: readonly { readonly pointer: string }[]): string[] {
  return broken.map(({ pointer }) => pointer);
}
