import { describe, expect, test } from 'vitest';
import { CelPolicyEngine } from '../CelPolicyEngine.ts';
import { engineOf, policyFolder } from './testing/policies.ts';

const KNOWN = ['OrderPlaced', 'OrderCancelled', 'CustomerMoved'];
const HOLDS = [{ expression: 'event.payload.x' }];

const said = (spec: object): string[] =>
  engineOf(spec, { knownEventTypes: KNOWN }).warnings.map(({ pointer, message }) => `${pointer}: ${message}`);
const saidOf = (expression: string, rest: object = {}): string[] => said({ validations: [{ expression }], ...rest });

describe('warnings', () => {
  test('tell of a folder without policies', () => {
    const folder = policyFolder();

    const { warnings } = new CelPolicyEngine({ folder });

    expect(warnings).toEqual([
      { file: folder, policy: '', pointer: '', message: 'holds no policy, so that everything is allowed' },
    ]);
  });

  test('name file, policy, place and expression', () => {
    const { warnings } = engineOf({ validations: [{ expression: 'true' }] });

    expect(warnings).toEqual([
      {
        file: expect.stringMatching(/rule\.yaml$/),
        policy: 'rule',
        pointer: '/spec/validations/0/expression',
        expression: 'true',
        message: 'is always true, so that it denies nothing',
      },
    ]);
  });

  test.each([
    'event.payload.total + 1 > 5',
    'event.payload.total % 2 == 0',
    '1 - event.payload.total > 0',
    'event.payload.n % event.payload.m == 0',
    'event.payload.items.all(i, i.price * 2 > 1)',
    '(event.payload.a + event.payload.b) + 1 > 0',
    'resource.aggregateVersion + event.payload.x > 1',
    'event.metadata.n + 1 == 2',
  ])('tell of integer arithmetic on JSON numbers in %s', (expression) => {
    expect(saidOf(expression)).toEqual([
      expect.stringMatching(/calculates with an integer and a JSON number.*write 1\.0 for 1, or int\(…\)/),
    ]);
  });

  test.each([
    'event.payload.total > 1 && event.payload.total == 1 && event.payload.total in [1, 2]',
    'event.payload.total + 1.0 > 5',
    'int(event.payload.total) % 2 == 0',
    'event.payload.list[1] == 2',
    'event.payload.list.size() + 1 > 2',
    'resource.aggregateVersion % 2 == 0',
    'event.payload.a + event.payload.b > 1',
    '-event.payload.a < 1',
  ])('say nothing of %s', (expression) => {
    expect(saidOf(expression)).toEqual([]);
  });

  test.each([
    ["principal.roles == 'admin'", 'compares a list with a string, which are never equal'],
    ["resource.aggregateVersion == '1'", 'compares a int with a string, which are never equal'],
    ['event.payload.t == now', 'compares a json value with a timestamp, which are never equal'],
  ])('tell that %s never holds', (expression, message) => {
    expect(saidOf(expression)[0]?.toLowerCase()).toContain(message);
  });

  test.each([
    ['1 < 2', true],
    ["event.payload.x || 'a' == 'a'", true],
    ['[1, 2].size() == 2', true],
    ['event.payload.x && 1 > 2', false],
    ['false', false],
  ])('tell that the validation %s always holds: %s', (expression, isAlways) => {
    expect(saidOf(expression)).toEqual(
      isAlways ? ['/spec/validations/0/expression: is always true, so that it denies nothing'] : [],
    );
  });

  test('tell of conditions that are always true or false', () => {
    const matchConditions = [
      { name: 'never', expression: 'event.payload.x && false' },
      { name: 'ever', expression: '2 > 1' },
    ];

    expect(said({ matchConditions, validations: HOLDS })).toEqual([
      '/spec/matchConditions/0/expression: is always false, so that the policy never applies',
      '/spec/matchConditions/1/expression: is always true; leave it out',
    ]);
  });

  test('tell of comparisons that the constraints never let hold', () => {
    const matchConstraints = { eventTypes: ['Order*'], actions: ['append'] };
    const matchConditions = [
      { name: 'a', expression: "event.eventType == 'CustomerMoved'" },
      { name: 'b', expression: "action != 'import' || resource.eventType in ['OrderPlaced', 'Customer']" },
    ];

    expect(said({ matchConstraints, matchConditions, validations: HOLDS })).toEqual([
      '/spec/matchConditions/0/expression: eventType is never "CustomerMoved", since matchConstraints.eventTypes has Order*',
      '/spec/matchConditions/1/expression: action is never "import", since matchConstraints.actions has append',
      '/spec/matchConditions/1/expression: eventType is never "Customer", since matchConstraints.eventTypes has Order*',
    ]);
  });

  test('tell of conditions that exclude one another', () => {
    const matchConditions = [
      { name: 'a', expression: "event.eventType in ['OrderPlaced', 'CustomerMoved']" },
      { name: 'b', expression: "resource.eventType == 'OrderCancelled' && event.payload.x" },
    ];

    expect(said({ matchConditions, validations: HOLDS })).toEqual([
      '/spec/matchConditions/1/expression: demands of eventType what another demand excludes, so that the policy never applies',
    ]);
  });

  test('tell of patterns that another covers', () => {
    const matchConstraints = { eventTypes: ['OrderPlaced', 'Order*', 'Order*', 'CustomerMoved'] };

    expect(said({ matchConstraints, validations: HOLDS })).toEqual([
      '/spec/matchConstraints/eventTypes/0: OrderPlaced is covered by Order*; leave one of them out',
      '/spec/matchConstraints/eventTypes/2: Order* is covered by Order*; leave one of them out',
    ]);
  });

  test('tell of event types that are not known, and of the nearest', () => {
    const matchConstraints = { eventTypes: ['OrderPlacd', 'Invoice*', 'Customer*'] };
    const expression = "event.eventType == 'CustomerMovd' || event.payload.x";

    expect(said({ matchConstraints, validations: [{ expression }] })).toEqual([
      '/spec/matchConstraints/eventTypes/0: OrderPlacd is no event type that is known; did you mean OrderPlaced?',
      expect.stringContaining('/spec/matchConstraints/eventTypes/1: Invoice* is no event type that is known'),
      '/spec/validations/0/expression: "CustomerMovd" is no event type that is known; did you mean CustomerMoved?',
    ]);
    expect(engineOf({ matchConstraints, validations: HOLDS }).warnings).toEqual([]);
  });

  test('tell that events without an aggregate type pass by', () => {
    expect(said({ matchConstraints: { aggregateTypes: ['Order'] }, validations: HOLDS })).toEqual([
      expect.stringContaining('lets events pass that state no aggregateType'),
    ]);
  });

  test('are those of the policies in force', () => {
    const engine = CelPolicyEngine.fromSource(SOURCE);

    expect(engine.warnings).toMatchObject([{ file: 'source', message: 'is always true, so that it denies nothing' }]);
  });
});

const SOURCE = JSON.stringify({
  apiVersion: 'nexus/v1',
  kind: 'PolicySet',
  policies: [
    {
      apiVersion: 'nexus/v1',
      kind: 'Policy',
      metadata: { name: 'a' },
      spec: { validations: [{ expression: 'true' }] },
    },
  ],
});
