import { describe, expect, test } from 'vitest';
import { runPolicyTests } from './policyTests.ts';
import { policyFolder, policyText } from './testing/policies.ts';

const LIMIT = policyText('limit', {
  matchConstraints: { eventTypes: ['Order*'] },
  validations: [
    { expression: 'event.payload.total <= 100', message: 'too much' },
    { expression: "event.payload.currency == 'EUR'", message: 'no euros' },
  ],
});
const AUDIT = policyText('audit', {
  validations: [{ expression: "principal.id != 'anonymous'", message: 'nobody' }],
  validationActions: ['Audit'],
});
const FILES = { 'limit.yaml': LIMIT, 'audit.yaml': AUDIT };

const GIVEN = { event: { eventType: 'OrderPlaced', payload: { total: 101, currency: 'EUR' } } };

function run(cases: readonly object[], files: Readonly<Record<string, string>> = FILES) {
  return runPolicyTests(policyFolder({ ...files, 'sub/all.test.yaml': JSON.stringify(cases) }));
}

const differencesOf = (testCase: object): readonly string[] | undefined =>
  run([{ name: 'case', given: GIVEN, ...testCase }]).results[0]?.differences;

describe('runPolicyTests', () => {
  test('passes what decides as expected', () => {
    expect(differencesOf({ expect: 'deny', by: ['limit'], message: 'too', observed: ['audit'] })).toEqual([]);
  });

  test.each([
    [{ expect: 'allow' }, 'expected allow, and it is deny (limit: too much; audit: nobody)'],
    [{ expect: 'deny', by: ['other'] }, 'expected denied by other, and it is limit'],
    [{ expect: 'deny', by: ['limit', 'other'] }, 'expected denied by limit, other, and it is limit'],
    [{ expect: 'deny', by: [] }, 'expected denied by none, and it is limit'],
    [
      { expect: 'deny', message: 'too little' },
      'expected a message with "too little", and there is limit: too much; audit: nobody',
    ],
    [{ expect: 'deny', observed: [] }, 'expected observed by none, and it is audit'],
  ])('fails %j', (testCase, difference) => {
    expect(differencesOf(testCase)).toEqual([difference]);
  });

  test('fills in what a case does not say, and takes what it says', () => {
    const expression = [
      "event.eventId == 'event-1' && event.aggregateId == 'aggregate-1' && event.aggregateVersion == 1",
      "event.timestamp == '2026-01-01T00:00:00.000Z' && event.payload == {} && principal.roles == []",
      "principal.id == 'anonymous' && principal.client == 'anonymous' && action == 'append'",
    ].join(' && ');
    const said =
      "principal.client == 'shop' && action == 'import' && now.getFullYear() == 2030 && event.aggregateVersion == 7";
    const spec = {
      matchConstraints: { actions: ['append', 'import'] },
      validations: [{ expression: `(${expression}) || (${said})` }],
    };
    const files = { 'a.yaml': policyText('a', spec) };

    const { results } = run(
      [
        { name: 'nothing', given: {}, expect: 'allow' },
        {
          name: 'much',
          given: {
            event: { aggregateVersion: 7 },
            principal: { client: 'shop' },
            action: 'import',
            now: '2030-05-01T00:00:00Z',
          },
          expect: 'allow',
        },
        { name: 'else', given: { now: '2030-05-01T00:00:00Z', action: 'import' }, expect: 'deny' },
      ],
      files,
    );

    expect(results.map(({ name, differences }) => [name, differences])).toEqual([
      ['nothing', []],
      ['much', []],
      ['else', []],
    ]);
  });

  test('decides on reads by the aggregate of the event', () => {
    const spec = {
      matchConstraints: { actions: ['read'] },
      validations: [{ expression: "resource.aggregateId == 'a'" }],
    };
    const reads = (aggregateId: string, decision: string) => ({
      name: aggregateId,
      given: { action: 'read', event: { aggregateId } },
      expect: decision,
    });

    const { results } = run([reads('a', 'allow'), reads('b', 'deny')], { 'a.yaml': policyText('a', spec) });

    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  });

  test('says what could not be evaluated, since a test may pass for the wrong reason', () => {
    const { results } = run([{ name: 'typo', given: { event: { eventType: 'OrderPlaced' } }, expect: 'deny' }]);

    expect(results[0]).toMatchObject({
      passed: true,
      failures: [expect.stringContaining('limit: event.payload.total <= 100 cannot be evaluated'), expect.any(String)],
    });
  });

  test('counts which policies applied, and which validations were true and false', () => {
    const { coverage, coveragePercent } = run([{ name: 'x', given: GIVEN, expect: 'deny' }]);

    expect(
      coverage.map(({ policy, matched, validations }) => [
        policy,
        matched,
        ...validations.map(({ seenTrue, seenFalse }) => [seenTrue, seenFalse]),
      ]),
    ).toEqual([
      ['audit', true, [false, true]],
      ['limit', true, [false, true], [true, false]],
    ]);
    expect(coveragePercent).toBe(62);
  });

  test('covers everything once all was seen, and nothing without tests', () => {
    const given = (payload: object, id: string, eventType = 'OrderPlaced') => ({
      name: id,
      given: { event: { eventType, payload }, principal: { id } },
      expect: 'deny',
    });

    const whole = run([
      given({ total: 1, currency: 'USD' }, 'ada'),
      given({ total: 200, currency: 'EUR' }, 'anonymous'),
    ]);
    const none = run([]);
    const elsewhere = run([given({}, 'ada', 'Other')]);

    expect([whole.coveragePercent, none.coveragePercent, elsewhere.coveragePercent]).toEqual([100, 0, 25]);
    expect(elsewhere.coverage.find(({ policy }) => policy === 'limit')?.matched).toBe(false);
  });

  test.each([
    [{ name: 'x', given: {}, expects: 'deny' }, '[0].expects is unknown; did you mean expect?'],
    [{ name: 'x', given: {} }, '[0].expect must be allow or deny'],
    [{ name: 'x', given: { evnt: {} }, expect: 'deny' }, '[0].given.evnt is unknown; did you mean event?'],
    [{ name: 'x', given: { event: { type: 'A' } }, expect: 'deny' }, '[0].given.event.type is unknown'],
    [{ name: 'x', given: { event: { aggregateVersion: 1.5 } }, expect: 'deny' }, 'aggregateVersion must be an integer'],
    [{ name: 'x', given: { event: { payload: [] } }, expect: 'deny' }, 'payload must be a mapping'],
    [
      { name: 'x', given: { principal: { role: 'a' } }, expect: 'deny' },
      '[0].given.principal.role is unknown; did you mean roles?',
    ],
    [
      { name: 'x', given: { principal: { roles: 'a' } }, expect: 'deny' },
      '[0].given.principal.roles must be a list of names',
    ],
    [{ name: 'x', given: { now: 'yesterday' }, expect: 'deny' }, '[0].given.now must be a time such as'],
    [{ name: 'x', given: { action: 'write' }, expect: 'deny' }, '[0].given.action must be append or import or read'],
    [{ given: {}, expect: 'deny' }, '[0].name must be a text'],
  ])('refuses the case %j', (testCase, message) => {
    expect(() => run([testCase])).toThrow(message);
  });

  test('refuses a file that is no list', () => {
    expect(() => runPolicyTests(policyFolder({ 'a.test.yaml': 'name: x' }))).toThrow(
      /a\.test\.yaml:1:1: must be a list of cases/,
    );
  });
});
