import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorOf, runCli, temporaryFolder } from '../testing/runCli.ts';

const LIMIT = `apiVersion: nexus/v1
kind: Policy
metadata: { name: order-limit }
spec:
  matchConstraints: { eventTypes: [OrderPlaced] }
  validations:
    - expression: event.payload.total <= 1000 || 'manager' in principal.roles
      messageExpression: "'ask a manager for ' + string(event.payload.total)"
`;
const READS = `apiVersion: nexus/v1
kind: Policy
metadata: { name: secrets }
spec:
  matchConstraints: { actions: [read], aggregates: ['secret-*'] }
  validations:
    - expression: "'auditor' in principal.roles"
      message: for auditors
`;
const TESTS = `
- name: a clerk may place a small order
  given:
    event: { eventType: OrderPlaced, payload: { total: 10 } }
    principal: { id: ada, roles: [clerk] }
  expect: allow
- name: a clerk may not place a large one
  given:
    event: { eventType: OrderPlaced, payload: { total: 5000 } }
    principal: { roles: [clerk] }
  expect: deny
  by: [order-limit]
  message: ask a manager for 5000
`;

/** A folder `policies` with these files, and commands that are run beside it. */
function place(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const dir = join(folder, 'policies');
  mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const policy = (args: string[], stdin = '') =>
    runCli(['policy', ...args], { cwd: folder, stdin, now: () => Date.parse('2026-06-15T12:00:00.000Z') });
  return { folder, dir, policy };
}

const event = (fields: object): string => JSON.stringify({ eventType: 'OrderPlaced', ...fields });

describe('policy check', () => {
  test('lists the policies that load', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT });

    const { code, out } = await policy(['check', dir]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /^POLICY +ACTION +VALIDATIONS +FILE\norder-limit +Deny +1 +.*limit\.yaml\n1 policies, 0 warnings, revision 1:[0-9a-f]{64}\n$/,
    );
  });

  test('takes the folder from the configuration, and says both ways where there is none', async () => {
    const { folder, policy } = place({ 'limit.yaml': LIMIT });

    const without = await policy(['check', '--json']);
    writeFileSync(join(folder, 'nexus.config.json'), JSON.stringify({ policies: { folder: './policies' } }));
    const configured = await policy(['check', '--json']);

    expect(without.code).toBe(2);
    expect(errorOf(without)).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/DIR.*policies\.folder in nexus\.config\.json/),
    });
    expect(configured.code).toBe(0);
    expect(JSON.parse(configured.out)).toMatchObject({ policies: [{ name: 'order-limit' }], warnings: [] });
  });

  test('says where a policy is broken, with exit code 9', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT.replace('principal.roles', 'principal.rolez') });

    const { code, err } = await policy(['check', dir]);

    expect(code).toBe(9);
    expect(err).toContain(
      'limit.yaml:7:72: policy order-limit: spec.validations[0].expression reads an unknown field rolez; did you mean roles?',
    );
  });

  test('warns, and with --warnings-as-errors has exit code 7', async () => {
    const { dir, policy } = place({
      'limit.yaml': LIMIT.replace('event.payload.total <= 1000', 'event.payload.total + 1 <= 1000'),
    });

    const lenient = await policy(['check', dir]);
    const strict = await policy(['check', dir, '--warnings-as-errors', '--json']);

    expect(lenient.code).toBe(0);
    expect(lenient.out).toMatch(
      /warning: .*order-limit: \/spec\/validations\/0\/expression: event\.payload\.total \+ 1 calculates with an integer and a JSON number/,
    );
    expect(strict.code).toBe(7);
    expect(JSON.parse(strict.out).warnings).toMatchObject([
      { policy: 'order-limit', pointer: '/spec/validations/0/expression' },
    ]);
  });

  test('warns of event types that the configured schemas do not know', async () => {
    const { folder, policy } = place({ 'limit.yaml': LIMIT });
    mkdirSync(join(folder, 'schemas'));
    const config = { policies: { folder: './policies' }, schemas: { folder: './schemas' } };
    writeFileSync(join(folder, 'nexus.config.json'), JSON.stringify(config));

    const { out } = await policy(['check']);

    expect(out).toContain('OrderPlaced is no event type that is known');
  });
});

describe('policy test', () => {
  test('runs the tests, and says what they have not seen', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT, 'limit.test.yaml': TESTS, 'reads.yaml': READS });

    const { code, out } = await policy(['test', dir]);

    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^pass {2}a clerk may place a small order \(.*limit\.test\.yaml\)$/),
      expect.stringMatching(/^pass {2}a clerk may not place a large one/),
      'not seen: secrets applied to any event',
      '2 of 2 tests pass; coverage 50 %',
      '',
    ]);
  });

  test('has exit code 7 when a test fails, and says how', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT.replace('1000', '9000'), 'limit.test.yaml': TESTS });

    const { code, out, err } = await policy(['test', dir]);

    expect(code).toBe(7);
    expect(out).toContain('FAIL  a clerk may not place a large one');
    expect(out).toContain('expected deny, and it is allow (no policy says anything)');
    expect(out).toContain('expected denied by order-limit, and it is none');
    expect(err).toContain('1 of 2 tests fail');
  });

  test('has exit code 7 when coverage is below the minimum, and 0 at it', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT, 'limit.test.yaml': TESTS, 'reads.yaml': READS });

    const below = await policy(['test', dir, '--coverage-min', '51', '--json']);
    const at = await policy(['test', dir, '--coverage-min', '50', '--json']);

    expect(below.code).toBe(7);
    expect(JSON.parse(below.out)).toMatchObject({
      passed: false,
      coveragePercent: 50,
      results: [{ passed: true }, { passed: true }],
    });
    expect(at.code).toBe(0);
  });

  test('has exit code 7 when there is no test, 9 when one cannot be read, and 2 at a percentage that is none', async () => {
    const untested = place({ 'limit.yaml': LIMIT });
    const broken = place({ 'limit.yaml': LIMIT, 'limit.test.yaml': '- name: x\n  expects: deny\n' });

    const none = await untested.policy(['test', untested.dir]);
    const unreadable = await broken.policy(['test', broken.dir]);
    const percentage = await untested.policy(['test', untested.dir, '--coverage-min', '101']);

    expect([none.code, unreadable.code, percentage.code]).toEqual([7, 9, 2]);
    expect(none.err).toContain('there is no test');
    expect(unreadable.err).toContain('[0].expects is unknown; did you mean expect?');
  });
});

describe('policy explain', () => {
  test('says what each policy decides and why, with exit code 3 when it denies', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT, 'reads.yaml': READS });

    const { code, out } = await policy(['explain', '--event', '-', dir], event({ payload: { total: 5000 } }));

    expect(code).toBe(3);
    expect(out).toMatch(
      /1 OrderPlaced +order-limit +deny +event\.payload\.total <= 1000.* +false +ask a manager for 5000/,
    );
    expect(out).toMatch(/1 OrderPlaced +secrets +does not apply +matchConstraints\.actions does not match/);
    expect(out).toContain('DENIED by revision 1:');
  });

  test('decides for the principal that the options name', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT });
    const explain = (...args: string[]) =>
      policy(['explain', '--event', '-', ...args, dir, '--json'], event({ payload: { total: 5000 } }));

    const byOptions = await explain('--user', 'ada', '--roles', 'clerk,manager', '--client', 'shop');
    const byJson = await explain('--principal', '{"id":"ada","roles":["manager"]}');
    const nobody = await explain();

    expect([byOptions.code, byJson.code, nobody.code]).toEqual([0, 0, 3]);
    expect(JSON.parse(byOptions.out)).toMatchObject({
      decision: 'allow',
      principal: { id: 'ada', roles: ['clerk', 'manager'], client: 'shop' },
      now: '2026-06-15T12:00:00.000Z',
      events: [{ policies: [{ policy: 'order-limit', decision: 'allow', validations: [{ value: true }] }] }],
    });
    expect(JSON.parse(nobody.out).principal).toEqual({ id: 'local', roles: [], client: 'nexus-cli' });
  });

  test('takes several events, from a file too', async () => {
    const { dir, folder, policy } = place({ 'limit.yaml': LIMIT });
    const file = join(folder, 'events.json');
    writeFileSync(file, `[${event({ payload: { total: 1 } })},${event({ payload: {} })}]`);

    const { code, out } = await policy(['explain', '--event', file, dir]);

    expect(code).toBe(3);
    expect(out).toMatch(/1 OrderPlaced +order-limit +allow/);
    expect(out).toMatch(/2 OrderPlaced +order-limit +deny .* error .*field not found: total/);
  });

  test('decides on a read by the aggregate', async () => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT, 'reads.yaml': READS });
    const read = (aggregateId: string, roles: string) =>
      policy(['explain', '--action', 'read', '--event', '-', '--roles', roles, dir], JSON.stringify({ aggregateId }));

    const denied = await read('secret-1', 'clerk');
    const allowed = await read('secret-1', 'auditor');
    const other = await read('order-1', 'clerk');

    expect([denied.code, allowed.code, other.code]).toEqual([3, 0, 0]);
    expect(denied.out).toContain('for auditors');
  });

  test.each([
    ['no event type', '{"payload":{}}', [], 'must have a text eventType'],
    ['no JSON', '{', [], 'standard input:'],
    ['a principal that is no JSON', '{}', ['--principal', '{'], '--principal is not JSON'],
    ['a principal without id', '{}', ['--principal', '{"roles":[]}'], '--principal must have an id'],
    ['a principal with another key', '{}', ['--principal', '{"id":"a","role":"x"}'], 'unknown key role'],
    ['a principal in two ways', '{}', ['--principal', '{"id":"a"}', '--user', 'b'], 'say who acts in one way'],
    ['an action that there is not', '{}', ['--action', 'write'], 'Allowed choices are append, import, read'],
  ])('refuses %s', async (_, stdin, args, message) => {
    const { dir, policy } = place({ 'limit.yaml': LIMIT });

    const { code, out, err } = await policy(['explain', '--event', '-', ...args, dir], stdin);

    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });
});
