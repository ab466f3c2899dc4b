import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openEventStore } from '@nexus/adapters';
import { type AppendHistory, type DomainEvent, type Receipt, StoreUnavailableError } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import { type CliOptions, type CliResult, errorOf, inStore, runCli, temporaryFolder } from '../testing/runCli.ts';

const REAL_LOG = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/permit-receipt.csv.gz');
const REAL_COLUMNS = ['--aggregate', 'case:concept:name', '--type', 'concept:name', '--time', 'time:timestamp'];

const LENIENT = { type: 'object', required: ['total'], properties: { total: { type: 'number' } } };
const STRICT = { type: 'object', required: ['total', 'currency'] };
const SMALL_APPENDS = policy('small-appends', 'append', 'event.payload.total < 100.0');
const NO_IMPORTS = policy('archivists-import', 'import', "'archivist' in principal.roles");

function policy(name: string, action: string, expression: string): string {
  return `apiVersion: nexus/v1
kind: Policy
metadata: { name: ${name} }
spec:
  matchConstraints: { actions: [${action}] }
  validations: [{ expression: "${expression}" }]
`;
}

interface ReceiptLine {
  readonly receipt: { digest: string; readonly shares: object[] };
}

interface Files {
  readonly schema?: object;
  readonly policy?: string;
}

/** A folder with a store, and perhaps rules, of its own. */
function workplace({ schema, policy: policyText }: Files = {}) {
  const folder = temporaryFolder();
  const write = (name: string, content: string): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  if (schema !== undefined) write('schemas/order-placed/1.json', JSON.stringify(schema));
  if (policyText !== undefined) write('policies/rules.yaml', policyText);
  const schemas = schema === undefined ? {} : { schemas: { folder: './schemas' } };
  const policies = policyText === undefined ? {} : { policies: { folder: './policies' } };
  const file = join(folder, 'nexus.db');
  write('nexus.config.json', JSON.stringify({ store: `sqlite:${file}`, ...schemas, ...policies }));
  const run = (args: string[], stdin = '', openStore?: CliOptions['openStore']): Promise<CliResult> =>
    runCli(args, { cwd: folder, stdin, ...(openStore === undefined ? {} : { openStore }) });
  const rejects = join(folder, 'rejects.jsonl');
  return {
    run,
    append: (...events: DomainEvent[]) =>
      run(['append', '--json'], events.map((one) => JSON.stringify(one)).join('\n')),
    export: async () => (await run(['export', '--recorded'])).out,
    import: (text: string, ...args: string[]) =>
      run(['import', '-', '--format', 'events', '--json', '--rejects', rejects, ...args], text),
    rejected: (): { line: number; error: { code: string; message: string; details: object } }[] =>
      linesOf(readFileSync(rejects, 'utf8')),
    verify: async () => JSON.parse((await run(['verify', '--json'])).out),
    receipt: async (aggregateId: string, version: number) =>
      JSON.parse((await run(['receipt', 'show', aggregateId, String(version), '--json'])).out),
    store: `sqlite:${file}`,
    file,
  };
}

function order(aggregateId: string, aggregateVersion: number, total = 10): DomainEvent {
  return {
    eventId: `${aggregateId}-${aggregateVersion}`,
    eventType: 'order-placed',
    aggregateId,
    aggregateVersion,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload: { total },
    metadata: {},
  };
}

// biome-ignore lint/suspicious/noExplicitAny: lines of several kinds, which the tests look into.
function linesOf(text: string): any[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function textOf(lines: readonly object[]): string {
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

let source: { readonly history: string; readonly contentDigest: string; readonly storeId: string };

/** Three appends in a governed store: a and b together, a again, b again. */
async function exported(): Promise<string> {
  source ??= await makeSource();
  return source.history;
}

async function makeSource() {
  const place = workplace({ schema: LENIENT, policy: SMALL_APPENDS });
  await place.append(order('a', 1), order('b', 1), order('a', 2));
  await place.append(order('a', 3), order('a', 4));
  await place.append(order('b', 2));
  const { contentDigest } = await place.verify();
  const { storeId } = await inStore(place.store, (store) => store.identity());
  const [receipt] = linesOf((await place.run(['receipt', 'show', 'b', '1', '--json'])).out);
  const history = await place.export();
  expect(receiptsOf(history)[0]).toEqual(receipt);
  return { history, contentDigest, storeId };
}

function receiptsOf(history: string): Receipt[] {
  return linesOf(history).flatMap((line) => line.receipt ?? []);
}

/** Fails when the append with this event comes, once others that came before are stored. */
function failingAt(eventId: string, append: AppendHistory): AppendHistory {
  let before: Promise<unknown> = Promise.resolve();
  return async (history) => {
    if (history.events.some((event) => event.eventId === eventId)) {
      await before;
      throw new StoreUnavailableError('The disk is full', { reason: 'full' });
    }
    const appending = append(history);
    before = Promise.all([before, appending]);
    return appending;
  };
}

const NOTHING = { stored: 0, alreadyThere: 0, refused: 0 };
const ALL = { aggregates: 2, eventTypes: 1 };

describe('export --recorded', () => {
  test('writes rules before the receipts that name them, receipts before their events, and last the number of events', async () => {
    const lines = linesOf(await exported());

    const kinds = lines.map((line) => line.eventId ?? Object.keys(line)[0]);
    expect(kinds).toEqual([
      ...['rules', 'rules', 'receipt', 'a-1', 'b-1', 'a-2', 'receipt', 'a-3', 'a-4', 'receipt', 'b-2', 'end'],
    ]);
    expect(lines.at(-1)).toEqual({ end: { events: 6 } });
    const [{ storeId, receipt }] = lines.filter((line) => 'receipt' in line);
    expect(storeId).toBe(source.storeId);
    expect(lines[3].recorded).toMatchObject({ receiptId: receipt.receiptId, schemaVersion: '1' });
  });
});

describe('import --as-history', () => {
  test('stores what its schemas refuse today, with the receipts that let it in, and the same content', async () => {
    const history = await exported();
    const copy = workplace({ schema: STRICT, policy: SMALL_APPENDS });

    const refused = await copy.import(history);
    const moved = await copy.import(history, '--as-history');

    expect(refused.code).toBe(8);
    expect(JSON.parse(refused.out)).toMatchObject({ ...NOTHING, refused: 6 });
    expect([moved.code, JSON.parse(moved.out)]).toEqual([0, { ...NOTHING, ...ALL, stored: 6 }]);
    const [receipt, first] = [await copy.receipt('a', 2), receiptsOf(history)[0]];
    expect(receipt).toMatchObject({
      mode: 'history',
      shares: first?.shares,
      origin: { receipt: first, storeId: source.storeId },
    });
    expect(receipt.schemas).toMatchObject([{ outcome: 'invalid-observed', version: '1' }]);
    expect(await copy.verify()).toMatchObject({ clean: true, events: 6, contentDigest: source.contentDigest });
  });

  test('brings the rules along, so that the copy explains its origin', async () => {
    const history = await exported();
    const copy = workplace();
    await copy.import(history, '--as-history');

    const { policy: evidence, schemas } = (await copy.receipt('a', 1)).origin.receipt;
    const texts = await inStore(copy.store, (store) =>
      Promise.all([evidence.revision, schemas[0].digest].map((digest) => store.findRules(digest))),
    );

    expect(texts).toEqual([expect.stringContaining('event.payload.total < 100.0'), expect.stringContaining('"total"')]);
  });

  test('stores nothing the second time, and nothing when the file holds everything twice', async () => {
    const history = await exported();
    const copy = workplace({ schema: STRICT });

    const twice = await copy.import(`${history}\n${history}`, '--as-history');
    const again = await copy.import(history, '--as-history');

    expect(JSON.parse(twice.out)).toEqual({ ...NOTHING, ...ALL, stored: 6, alreadyThere: 6 });
    expect(JSON.parse(again.out)).toEqual({ ...NOTHING, ...ALL, alreadyThere: 6 });
  });

  test('keeps the first origin over two moves', async () => {
    const history = await exported();
    const [second, third] = [workplace(), workplace()];

    await second.import(history, '--as-history');
    const moved = await third.import(await second.export(), '--as-history');

    expect(JSON.parse(moved.out)).toMatchObject({ stored: 6 });
    const origins = [await second.receipt('b', 2), await third.receipt('b', 2)].map(({ origin }) => origin);
    expect(origins[1]).toEqual(origins[0]);
    expect(origins[0].receipt).toEqual(receiptsOf(history)[2]);
  });

  test('stores nothing where a policy denies the import, whatever policies say of appends', async () => {
    const history = await exported();
    const closed = workplace({ policy: NO_IMPORTS });

    const denied = await closed.import(history, '--as-history');

    expect(denied.code).toBe(3);
    expect(errorOf(denied)).toMatchObject({ code: 'POLICY_DENIED', details: { action: 'import' } });
    expect(await closed.verify()).toMatchObject({ events: 0 });
  });

  test.each([
    ['the digest', 'receipt', (line: ReceiptLine) => (line.receipt.digest = '1:00')],
    ['a share', 'receipt', (line: ReceiptLine) => line.receipt.shares.pop()],
  ])(
    'refuses the whole append, and those behind it, when %s of its receipt was changed',
    async (_what, keyword, change) => {
      const history = await exported();
      const copy = workplace();
      const lines = linesOf(history);
      change(lines.find((line) => 'receipt' in line));

      const moved = await copy.import(textOf(lines), '--as-history');

      expect([moved.code, JSON.parse(moved.out)]).toMatchObject([8, { stored: 0, refused: 6 }]);
      const rejected = copy.rejected().toSorted((a, b) => a.line - b.line);
      expect(rejected.map(({ error }) => error.code)).toEqual([
        ...['INVALID_EVENT', 'INVALID_EVENT', 'INVALID_EVENT'],
        ...['VERSION_GAP', 'VERSION_GAP', 'VERSION_GAP'],
      ]);
      expect(rejected[0]?.error).toMatchObject({ violations: [{ keyword }] });
      expect(await copy.verify()).toMatchObject({ events: 0 });
    },
  );

  test('refuses an append with an event that was changed, and takes what does not build on it', async () => {
    const history = await exported();
    const copy = workplace();
    const lines = linesOf(history);
    lines.find(({ eventId }) => eventId === 'a-4').payload.total = 99;

    const moved = await copy.import(textOf(lines), '--as-history');

    expect(JSON.parse(moved.out)).toMatchObject({ stored: 4, refused: 2 });
    expect(copy.rejected()).toMatchObject([
      { line: 8, error: { violations: [{ keyword: 'digest', eventId: 'a-4' }] } },
      { line: 9, error: { code: 'INVALID_EVENT' } },
    ]);
    expect(await copy.verify()).toMatchObject({ clean: true, events: 4 });
  });

  test('refuses lines that are no history, one by one, and says why', async () => {
    const history = await exported();
    const copy = workplace();
    const [rules, policies, receipt, ...events] = linesOf(history);
    const { recorded, ...plain } = events[0];
    const input = [
      plain,
      { ...events[0], recorded: { ...recorded, receiptId: 'other' } },
      { ...rules, text: '{}' },
      policies,
      { ...receipt, receipt: { ...receipt.receipt, shares: 'none' } },
      receipt,
      { ...receipt, storeId: 'another' },
      [1],
      { end: { events: 'all' } },
    ];
    const end = textOf([{ end: { events: 2 } }]);

    const moved = await copy.import(`${textOf(input)}\nnot json\n${end}`, '--as-history');

    expect(JSON.parse(moved.out)).toMatchObject({ stored: 0, refused: 9 });
    const reasons = copy
      .rejected()
      .map(({ line, error }) => [line, error.code, (error.details as { rule: string }).rule]);
    expect(reasons).toEqual([
      [1, 'ROW_INVALID', 'receipt'],
      [2, 'ROW_INVALID', 'receipt'],
      [3, 'ROW_INVALID', 'rules'],
      [5, 'INVALID_ARGUMENT', expect.stringContaining('export --recorded')],
      [7, 'ROW_INVALID', 'repeated-receipt'],
      [8, 'ROW_INVALID', 'object'],
      [9, 'ROW_INVALID', 'end'],
      [10, 'INVALID_JSON', expect.anything()],
      [6, 'ROW_INVALID', 'receipt'],
    ]);
  });

  test('puts appends together and in order whatever order their events stand in', async () => {
    const place = workplace();
    await inStore(place.store, async (store) => {
      for (let version = 1; version <= 20; version++) {
        await store.append(['a', 'b', 'c'].map((id) => order(id, version)));
      }
    });
    const copy = workplace();
    const lines = linesOf(await place.export());
    const events = lines.filter(({ eventId }) => eventId !== undefined);
    const scattered = events.toSorted((one, other) => (one.aggregateId < other.aggregateId ? 1 : -1));

    const moved = await copy.import(
      textOf([...lines.filter((line) => 'receipt' in line).reverse(), ...scattered, ...lines.slice(-1)]),
      '--as-history',
    );

    expect(JSON.parse(moved.out)).toMatchObject({ stored: 60, refused: 0 });
    expect((await copy.verify()).contentDigest).toBe((await place.verify()).contentDigest);
    expect((await copy.receipt('c', 7)).origin.receipt).toEqual(await place.receipt('c', 7));
  });

  test('notices a file that was cut off anywhere, also between two appends, and stores nothing', async () => {
    const lines = linesOf(await exported());

    for (let kept = 0; kept < lines.length; kept++) {
      const copy = workplace();
      const moved = await copy.import(textOf(lines.slice(0, kept)), '--as-history');

      expect([moved.code, errorOf(moved).code]).toEqual([2, 'INPUT_UNREADABLE']);
      expect(errorOf(moved).message).toContain('is not whole');
    }
  });

  test('notices that an append was taken out of the middle', async () => {
    const lines = linesOf(await exported());
    const copy = workplace();

    const moved = await copy.import(textOf(lines.toSpliced(6, 3)), '--as-history');

    expect([moved.code, errorOf(moved).message]).toEqual([2, expect.stringContaining('6 events, and has 4')]);
  });

  test('takes several exports in one file', async () => {
    const history = await exported();
    const copy = workplace();

    const moved = await copy.import(`${history.trimEnd()}\n${history}`, '--as-history');

    expect(JSON.parse(moved.out)).toMatchObject({ stored: 6, alreadyThere: 6, refused: 0 });
  });

  test('stops when the store cannot take more, and goes on there the next time', async () => {
    const history = await exported();
    const copy = workplace();
    const failing: CliOptions['openStore'] = async (url, options) => {
      const store = await openEventStore(url, options);
      const importHistory = store.importHistory.bind(store);
      store.importHistory = (work, given) => importHistory((append) => work(failingAt('a-3', append)), given);
      return store;
    };

    const stopped = await copy.run(['import', '-', '--format', 'events', '--as-history', '--json'], history, failing);
    const again = await copy.import(history, '--as-history');

    expect([stopped.code, errorOf(stopped).code]).toEqual([5, 'STORE_UNAVAILABLE']);
    const { stored, alreadyThere, refused } = JSON.parse(again.out);
    expect([stored + alreadyThere, refused]).toEqual([6, 0]);
    expect(alreadyThere).toBeGreaterThanOrEqual(3);
    expect(stored).toBeGreaterThanOrEqual(2);
    expect(await copy.verify()).toMatchObject({ clean: true, contentDigest: source.contentDigest });
  });

  test('prints the origin of a receipt', async () => {
    const copy = workplace();
    await copy.import(await exported(), '--as-history');

    const shown = await copy.run(['receipt', 'show', 'b', '2']);

    expect(shown.out).toMatch(/decided +\S+ \(history\)/);
    expect(shown.out).toMatch(/origin decided +\S+ \(enforce\)/);
    expect(shown.out).toMatch(/origin policy +allow by cel, .*small-appends/);
  });

  test('leaves a copy whose origin was changed for verify to find', async () => {
    const copy = workplace();
    const history = await exported();
    await copy.import(history, '--as-history');
    const database = new DatabaseSync(copy.file);
    const digest = receiptsOf(history)[1]?.digest ?? '';
    const row = database.prepare('SELECT position, receipt FROM events WHERE receipt LIKE ?').get(`%${digest}%`);
    const receipt = JSON.parse(String(row?.receipt));
    receipt.origin.receipt.digest = receiptsOf(history)[2]?.digest;
    database
      .prepare('UPDATE events SET receipt = ? WHERE position = ?')
      .run(JSON.stringify(receipt), Number(row?.position));
    database.close();

    const report = await copy.verify();

    expect(report).toMatchObject({ clean: false, findingsTotal: 1 });
    expect(report.findings).toMatchObject([{ rule: 'receipt-mismatch', aggregateId: 'a', aggregateVersion: 3 }]);
  });

  test.each([[['--zone', 'Z']], [['--aggregate', 'a']], [['--truncate-time']]])('does not go with %j', async (args) => {
    const result = await workplace().import('', '--as-history', ...args);

    expect([result.code, errorOf(result).code]).toEqual([2, 'USAGE']);
  });

  test('moves the real log', async (context) => {
    if (!existsSync(REAL_LOG)) return context.skip(`there is no ${REAL_LOG}`);
    const place = workplace();
    const copy = workplace();
    await place.run(['import', REAL_LOG, ...REAL_COLUMNS]);

    const moved = await copy.import(await place.export(), '--as-history');

    expect(JSON.parse(moved.out)).toEqual({ ...NOTHING, stored: 8577, aggregates: 1434, eventTypes: 27 });
    const [report, firstReport] = [await copy.verify(), await place.verify()];
    expect(report).toMatchObject({ clean: true, contentDigest: firstReport.contentDigest });
  }, 60_000);
});
