import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileSchemaRegistry } from '@nexus/adapters/embedded';
import { describe, expect, test } from 'vitest';
import { type CliResult, errorOf, eventJson, runCli, temporaryFolder } from '../../testing/runCli.ts';

const REAL_LOG = resolve(import.meta.dirname, '../../../../../../shared/data/permit-receipt.csv.gz');
const REAL_COLUMNS = ['--aggregate', 'case:concept:name', '--type', 'concept:name', '--time', 'time:timestamp'];

/** A folder with a store, a log and a folder of schemas of its own. */
function workplace() {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  const run = (...args: string[]): Promise<CliResult> => runCli([...args, '--store', `sqlite:${path('store.db')}`]);
  return {
    path,
    run,
    write(name: string, content: string): string {
      writeFileSync(path(name), content);
      return path(name);
    },
    infer: (...args: string[]): Promise<CliResult> => run('schema', 'infer', ...args),
  };
}

function events(...all: Record<string, unknown>[]): string {
  const lines = all.map((fields, index) => eventJson({ eventId: `e${index}`, aggregateVersion: index + 1, ...fields }));
  return lines.map((line) => `${line}\n`).join('');
}

describe('schema infer', () => {
  test('prints a schema for each event type in the store', async () => {
    const place = workplace();
    const file = place.write(
      'log.jsonl',
      events({}, { payload: { total: 3, note: null } }, { eventType: 'B', payload: {} }),
    );
    await place.run('import', file);

    const result = await place.infer('--json');

    expect(result.code).toBe(0);
    expect(JSON.parse(result.out)).toMatchObject({
      B: { title: 'B', type: 'object', additionalProperties: false },
      OrderPlaced: {
        description: 'Inferred from 2 events.',
        required: ['total'],
        properties: { total: { type: 'number' }, note: { type: 'null' } },
      },
    });
  });

  test('takes the files and the options that import takes', async () => {
    const place = workplace();
    const file = place.write('log.csv', 'case,activity,at,who,AMT\nc1,a,2020-01-01T12:00:00,ada,5\n');

    const result = await place.infer(
      ...['--from', file, '--aggregate', 'case', '--type', 'activity', '--time', 'at', '--user', 'who', '--zone', 'Z'],
      ...['--map', 'amount=AMT', '--json', '--open', '--bounds'],
    );

    expect(JSON.parse(result.out).a).toMatchObject({
      required: ['amount'],
      properties: { amount: { type: 'string', minLength: 1, maxLength: 1 } },
      additionalProperties: true,
    });
  });

  test('takes the other rows where one is no event, and says so', async () => {
    const place = workplace();
    const file = place.write('log.jsonl', `${events({})}nonsense\n`);

    const result = await place.infer('--from', file);

    expect(result.code).toBe(8);
    expect(result.err).toContain('1 of 2 rows were left out; the first, line 2:');
    expect(Object.keys(JSON.parse(result.out))).toEqual(['OrderPlaced']);
  });

  test('takes only the types that are named, all of which must be there', async () => {
    const place = workplace();
    const file = place.write('log.jsonl', events({}, { eventType: 'B' }, { eventType: 'C' }));

    const some = await place.infer('--from', file, '--types', 'B, C');
    const none = await place.infer('--from', file, '--types', 'B,D', '--json');

    expect(Object.keys(JSON.parse(some.out))).toEqual(['B', 'C']);
    expect([none.code, none.out, errorOf(none).code]).toEqual([6, '', 'NOT_FOUND']);
  });

  test('makes no enumerations where it is told not to', async () => {
    const place = workplace();
    const file = place.write('log.jsonl', events(...Array.from({ length: 20 }, () => ({ payload: { by: 'ada' } }))));

    const [withEnums, without] = await Promise.all([
      place.infer('--from', file),
      place.infer('--from', file, '--no-enums'),
    ]);

    expect(JSON.parse(withEnums.out).OrderPlaced.properties.by).toEqual({ type: 'string', enum: ['ada'] });
    expect(JSON.parse(without.out).OrderPlaced.properties.by).toEqual({ type: 'string' });
  });

  test('writes a folder that a registry reads, whatever the names', async () => {
    const place = workplace();
    const names = ['OrderPlaced', 'order/placed *', 'Ä'.repeat(300)];
    const file = place.write('log.jsonl', events(...names.map((eventType) => ({ eventType }))));

    const result = await place.infer('--from', file, '--out', place.path('schemas'), '--json');
    const checked = await runCli(['schema', 'check', '--schemas', place.path('schemas')]);

    expect(JSON.parse(result.out).files).toHaveLength(3);
    expect(await new FileSchemaRegistry({ folder: place.path('schemas') }).listTypes()).toEqual(names.toSorted());
    expect(checked).toMatchObject({ code: 0, out: '3 versions of 3 types: 0 findings\n' });
  });

  test('writes nothing where one of the types has schemas already', async () => {
    const place = workplace();
    const file = place.write('log.jsonl', events({ eventType: 'a' }, { eventType: 'b' }));
    mkdirSync(place.path('schemas/b'), { recursive: true });
    writeFileSync(place.path('schemas/b/2.json'), '{}');

    const result = await place.infer('--from', file, '--out', place.path('schemas'), '--json');

    expect([result.code, errorOf(result).code]).toEqual([2, 'USAGE']);
    expect(readdirSync(place.path('schemas'))).toEqual(['b']);
    expect(readdirSync(place.path('schemas/b'))).toEqual(['2.json']);
  });

  test('says which file cannot be written', async () => {
    const place = workplace();
    const file = place.write('log.jsonl', events({}));

    const result = await place.infer('--from', file, '--out', file, '--json');

    expect([result.code, errorOf(result).code]).toEqual([9, 'OUTPUT_UNWRITABLE']);
  });

  test('refuses options for files where there is no file', async () => {
    const result = await workplace().infer('--type', 'activity', '--json');

    expect([result.code, errorOf(result).details]).toEqual([2, { argument: '--type' }]);
  });

  test('infers schemas of the real log under which all of it is stored', async (context) => {
    if (!existsSync(REAL_LOG)) return context.skip(`there is no ${REAL_LOG}`);
    const place = workplace();
    const config = place.write('nexus.config.json', '{ "schemas": { "folder": "./schemas" } }');

    const inferred = await place.infer('--from', REAL_LOG, ...REAL_COLUMNS, '--out', place.path('schemas'), '--json');
    const imported = await place.run('import', REAL_LOG, ...REAL_COLUMNS, '--config', config, '--json');

    expect(JSON.parse(inferred.out).files).toHaveLength(27);
    expect(JSON.parse(imported.out)).toMatchObject({ stored: 8577, refused: 0, eventTypes: 27 });
    const schema = JSON.parse(readFileSync(JSON.parse(inferred.out).files[0], 'utf8'));
    expect(schema.properties['lifecycle:transition']).toEqual({ type: 'string', enum: ['complete'] });
  }, 60_000);
});
