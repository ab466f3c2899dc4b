import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeName } from '@nexus/adapters/embedded';
import { describe, expect, test } from 'vitest';
import { errorOf, eventJson, runCli, SAMPLE_CONFIG, temporaryFolder } from '../testing/runCli.ts';

const FIRST = {
  type: 'object',
  required: ['total'],
  properties: { total: { type: 'number' }, note: { type: 'string' } },
  additionalProperties: false,
};
/** Asks for what the first version does not: breaks BACKWARD, keeps FORWARD. */
const STRICTER = { ...FIRST, required: ['total', 'note'] };

function place() {
  const folder = temporaryFolder();
  const schemas = join(folder, 'schemas');
  const write = (name: string, content: unknown): string => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const schema = (...args: string[]) => runCli(['schema', ...args, '--schemas', schemas], { cwd: folder });
  return { folder, schemas, write, schema };
}

describe('schema register', () => {
  test.each([
    ['schema', 'null', []],
    ['schema', 'true', []],
    ['examples', '{}', ['--examples']],
    ['examples', '[null]', ['--examples']],
  ])('names the %s that is %s', async (argument, content, options) => {
    const { write, schema } = place();
    await schema('register', 'A', write('1.json', FIRST));
    const file = write('content.json', content);

    const proposed = options.length === 0 ? file : write('2.json', { ...FIRST, title: 'two' });
    const refused = await schema('register', 'A', proposed, ...options.flatMap((option) => [option, file]), '--json');

    expect(refused.code).toBe(2);
    expect(errorOf(refused)).toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument } });
  });

  test('refuses a change that breaks BACKWARD, names place and remedy, and writes nothing', async () => {
    const { write, schema, schemas } = place();
    await schema('register', 'A', write('1.json', FIRST));

    const refused = await schema('register', 'A', write('2.json', STRICTER), '--json');

    expect(refused.code).toBe(2);
    expect(errorOf(refused)).toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      details: { level: 'BACKWARD', incompatibilities: [{ pointer: expect.stringContaining('/required') }] },
    });
    expect(existsSync(join(schemas, encodeName('A'), '2.json'))).toBe(false);
  });

  test('takes the same change under FORWARD', async () => {
    const { write, schema } = place();
    await schema('register', 'A', write('1.json', FIRST), '--compatibility', 'forward');

    const taken = await schema('register', 'A', write('2.json', STRICTER), '--compatibility', 'forward', '--json');

    expect(taken.code).toBe(0);
    expect(JSON.parse(taken.out)).toMatchObject({ eventType: 'A', version: '2' });
  });

  test('takes rules and their examples, and refuses rules that fail them', async () => {
    const { write, schema } = place();
    await schema('register', 'A', write('1.json', FIRST));
    const second = write('2.json', { ...FIRST, properties: { ...FIRST.properties, currency: { type: 'string' } } });
    const up = write('up.jsonata', '$merge([$, { "currency": "EUR" }])');
    const examples = (currency: string) =>
      write(`${currency}.json`, [{ before: { total: 1 }, after: { total: 1, currency } }]);

    const wrong = await schema('register', 'A', second, '--up', up, '--examples', examples('USD'), '--json');
    const right = await schema('register', 'A', second, '--up', up, '--examples', examples('EUR'));

    expect(errorOf(wrong)).toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument: 'examples' } });
    expect(right.code).toBe(0);
  });

  test.each([
    ['that is not there', 'nowhere.json', undefined, 'INPUT_UNREADABLE'],
    ['that is no JSON', 'a.json', '{', 'INPUT_UNREADABLE'],
    ['that holds no schema', 'a.json', { type: 'strange' }, 'INVALID_ARGUMENT'],
    ['that holds no object', 'a.json', '[]', 'INVALID_ARGUMENT'],
    ['with a catastrophic pattern', 'a.json', { pattern: '(a)\\1' }, 'INVALID_ARGUMENT'],
  ])('refuses a file %s', async (_, name, content, code) => {
    const { write, schema, folder } = place();
    const file = content === undefined ? join(folder, name) : write(name, content);

    const refused = await schema('register', 'A', file, '--json');

    expect(refused.code).toBe(2);
    expect(errorOf(refused).code).toBe(code);
  });
});

describe('schema check', () => {
  test('finds nothing wrong with the sample', async () => {
    const checked = await runCli(['schema', 'check', '--config', SAMPLE_CONFIG]);

    expect(checked).toMatchObject({ code: 0, out: '6 versions of 5 types: 0 findings\n' });
  });

  test('names each version that was put there by hand and cannot be used', async () => {
    const { write, schema } = place();
    write(`schemas/${encodeName('Breaks')}/1.json`, FIRST);
    write(`schemas/${encodeName('Breaks')}/2.json`, STRICTER);
    write(`schemas/${encodeName('NoSchema')}/1.json`, { type: 'strange' });
    await schema('register', 'Changed', write('1.json', FIRST));
    write(`schemas/${encodeName('Changed')}/1.json`, STRICTER);

    const checked = await schema('check', '--json');

    expect(checked.code).toBe(7);
    expect(JSON.parse(checked.out).findings).toEqual([
      { eventType: 'Breaks', version: '2', message: expect.stringContaining('breaks BACKWARD') },
      { eventType: 'Changed', message: expect.stringContaining('has changed since it was registered') },
      { eventType: 'NoSchema', message: expect.stringContaining('/type') },
    ]);
  });

  test('says whether register would take a file, and writes nothing', async () => {
    const { write, schema } = place();
    await schema('register', 'A', write('1.json', FIRST));

    const refused = await schema('check', 'A', write('2.json', STRICTER));
    const taken = await schema('check', 'A', write('2.json', STRICTER), '--compatibility', 'FORWARD');
    const listed = await schema('list', '--json');

    expect([refused.code, taken.code]).toEqual([7, 0]);
    expect(JSON.parse(listed.out)).toEqual({ eventType: 'A', active: ['1'], inactive: [], level: 'BACKWARD' });
  });

  test('needs a type and a file, or neither', async () => {
    const { schema } = place();

    expect(errorOf(await schema('check', 'A', '--json')).code).toBe('USAGE');
  });
});

describe('schema list and show', () => {
  test('list types with their versions and levels', async () => {
    const { out } = await runCli(['schema', 'list', '--config', SAMPLE_CONFIG]);

    expect(out).toMatch(/^TYPE +ACTIVE +NOT ACTIVE +LEVEL\nOrderCancelled +1 +BACKWARD\n/);
    expect(out).toMatch(/OrderPlaced +1, 2 +BACKWARD/);
  });

  test('show a version, or the latest', async () => {
    const latest = await runCli(['schema', 'show', 'OrderPlaced', '--json', '--config', SAMPLE_CONFIG]);
    const first = await runCli(['schema', 'show', 'OrderPlaced', '1', '--config', SAMPLE_CONFIG]);

    expect(JSON.parse(latest.out)).toMatchObject({ version: '2', up: expect.stringContaining('EUR') });
    expect(JSON.parse(first.out)).toMatchObject({ title: 'OrderPlaced' });
    expect(first.out).not.toContain('currency');
  });

  test.each([
    [['show', 'OrderPlaced', '9'], 'versions 1, 2'],
    [['show', 'OrderPlcaed'], 'OrderPlaced'],
  ])('say for %j what there is', async (args, message) => {
    const result = await runCli(['schema', ...args, '--config', SAMPLE_CONFIG, '--json']);

    expect(result.code).toBe(6);
    expect(errorOf(result).message).toContain(message);
  });

  test('ask for a folder where nothing names one', async () => {
    const result = await runCli(['schema', 'list', '--json']);

    expect(result.code).toBe(2);
    expect(errorOf(result).message).toContain('nexus.config.json');
  });

  test('name the nearest level', async () => {
    const result = await runCli(['schema', 'list', '--schemas', 'x', '--compatibility', 'BACKWARDS', '--json']);

    expect(errorOf(result)).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('did you mean BACKWARD?'),
    });
  });
});

describe('schema diff', () => {
  test('says in which directions two versions go together, and where they do not', async () => {
    const { write, schema } = place();
    for (const content of [FIRST, STRICTER]) {
      await schema('register', 'A', write('a.json', content), '--compatibility', 'NONE');
    }

    const { out, code } = await schema('diff', 'A', '1', '2');
    const json = await schema('diff', 'A', '1', '2', '--json');

    expect(code).toBe(0);
    expect(out).toMatch(/^BACKWARD {2}broken\nFORWARD {3}holds\n/);
    expect(JSON.parse(json.out)).toMatchObject({
      backward: false,
      forward: true,
      incompatibilities: [{ direction: 'backward', version: '1' }],
    });
  });
});

describe('schema validate', () => {
  test('checks events against the schemas that they name, line by line', async () => {
    const { write } = place();
    const lines = [
      eventJson({ payload: { customer: 'ada', total: 1 } }),
      eventJson({ payload: { customer: 'ada', total: 1, currency: 'EUR' }, metadata: { schemaVersion: 1 } }),
      eventJson({ eventType: 'Unknown' }),
    ];
    const file = write('events.jsonl', `${lines.join('\n')}\n`);

    const { code, out } = await runCli(['schema', 'validate', file, '--config', SAMPLE_CONFIG]);

    expect(code).toBe(3);
    expect(out).toMatch(/^2: \/payload\/currency is not in the schema.*\n3: \/eventType .*\n1 valid, 2 not\n$/);
  });

  test('checks payloads of a type', async () => {
    const { write } = place();
    const file = write('payloads.json', [{ customer: 'ada', total: 1 }, { customer: '' }]);

    const { code, out } = await runCli([
      'schema',
      'validate',
      file,
      '--type',
      'OrderPlaced',
      '--config',
      SAMPLE_CONFIG,
      '--json',
    ]);

    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(3);
    expect(lines.slice(0, -1).map(({ line, pointer }) => [line, pointer])).toEqual([
      [2, '/payload/total'],
      [2, '/payload/customer'],
    ]);
    expect(lines.at(-1)).toEqual({ valid: 1, invalid: 1 });
  });

  test.each(['{"total":1}', '{"eventType":"A","payload":{},"metadata":null}'])(
    'names the line that is no event: %s',
    async (line) => {
      const { write } = place();
      const file = write('events.jsonl', `\n${line}\n`);

      const result = await runCli(['schema', 'validate', file, '--config', SAMPLE_CONFIG, '--json']);

      expect(errorOf(result)).toMatchObject({ code: 'INPUT_UNREADABLE', details: { line: 2 } });
    },
  );
});

test('the sample lifts its first version as its example says', async () => {
  const folder = temporaryFolder();
  const event = eventJson({ payload: { customer: 'ada', total: 1 }, metadata: { schemaVersion: 1 } });
  const options = { env: { NEXUS_CONFIG: SAMPLE_CONFIG, NEXUS_STORE: `sqlite:${join(folder, 'store.db')}` } };
  await runCli(['append'], { ...options, stdin: event });

  const lifted = await runCli(['read', 'order-1', '--json'], options);
  const stored = await runCli(['read', 'order-1', '--json', '--stored'], options);

  expect(JSON.parse(lifted.out).payload).toEqual({ customer: 'ada', total: 1, currency: 'EUR' });
  expect(JSON.parse(stored.out).payload).toEqual({ customer: 'ada', total: 1 });
});
