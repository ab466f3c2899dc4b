import { ANONYMOUS, InMemoryPolicy, type JsonObject, type PolicyPort } from '@nexus/shared';
import { describe, expect, test } from 'vitest';
import type { JudgedItem, SchemaType, VersionChoice } from './protocol.ts';
import { RuleJudge } from './RuleJudge.ts';

const DIGEST = `1:${'0'.repeat(64)}`;

function schemaOf(version: string, maximum: number) {
  const schema = { type: 'object', properties: { total: { maximum }, items: { items: { maximum } } } };
  return { eventType: 'Placed', version, digest: `${DIGEST}${version}`, schema };
}

const PLACED: SchemaType = {
  eventType: 'Placed',
  latest: '2',
  versions: [schemaOf('1', 100), schemaOf('2', 10)],
};

function itemOf(payload: JsonObject, fields: Partial<JudgedItem> & { readonly names?: string } = {}): JudgedItem {
  const { names, ...item } = fields;
  return {
    event: {
      eventId: 'e1',
      eventType: 'Placed',
      aggregateId: 'a',
      aggregateVersion: 1,
      timestamp: '2026-01-01T00:00:00.000Z',
      payload,
      metadata: names === undefined ? {} : { schemaVersion: names },
    },
    principal: ANONYMOUS,
    now: '2026-01-01T00:00:00.000Z',
    ...item,
  };
}

describe('RuleJudge', () => {
  const unnamed = itemOf({ total: 50 }, { recordedVersion: '1' });
  const named = itemOf({ total: 50 }, { names: '1' });
  const gone = itemOf({ total: 50 }, { recordedVersion: '0' });

  test.each<[VersionChoice, (readonly [number, string])[]]>([
    [
      'named',
      [
        [0, '2'],
        [2, '2'],
      ],
    ],
    ['recorded', [[2, '2']]],
    [
      'latest',
      [
        [0, '2'],
        [1, '2'],
        [2, '2'],
      ],
    ],
  ])('judges by the version that is %s', async (versions, expected) => {
    const judge = new RuleJudge({ schemas: [PLACED], unknownTypes: 'refuse', versions });

    const findings = await judge.judge([unnamed, named, gone]);

    expect(findings.map(({ index, broken }) => [index, (broken[0] as { version?: string }).version])).toEqual(expected);
  });

  test('says each rule once, with the first place that breaks it, and no value', async () => {
    const judge = new RuleJudge({ schemas: [PLACED], unknownTypes: 'refuse', versions: 'named' });

    const findings = await judge.judge([itemOf({ items: [1, 4242, 4243] }, { names: '1' })]);

    expect(findings).toEqual([
      {
        index: 0,
        broken: [
          { kind: 'schema', eventType: 'Placed', version: '1', pointer: '/payload/items/1', keyword: 'maximum' },
        ],
      },
    ]);
  });

  test('refuses what the schemas do not know, or not', async () => {
    const unknown = itemOf({}, { names: '3' });
    const other = { ...unknown, event: { ...unknown.event, eventType: 'Other', metadata: {} } };
    const options = { schemas: [PLACED], versions: 'named' } as const;

    const refused = await new RuleJudge({ ...options, unknownTypes: 'refuse' }).judge([unknown, other]);
    const allowed = await new RuleJudge({ ...options, unknownTypes: 'allow' }).judge([unknown, other]);

    expect(refused.map(({ broken }) => broken)).toMatchObject([
      [{ keyword: 'unknownVersion' }],
      [{ keyword: 'unknownType' }],
    ]);
    expect(allowed.map(({ broken }) => broken)).toMatchObject([[{ keyword: 'unknownVersion' }]]);
  });

  test('asks the policies as the actor, at the time of the decision', async () => {
    const policy = new InMemoryPolicy([
      { name: 'clerks', check: (_, { roles }) => (roles.includes('clerk') ? undefined : 'only clerks') },
      { name: 'noted', effect: 'observe', check: () => 'noted' },
    ]);
    const asked: string[] = [];
    const recording: PolicyPort = {
      decide: (request) => {
        asked.push(request.now);
        return policy.decide(request);
      },
    };
    const clerk = { id: 'ada', roles: ['clerk'], client: 'desk' };
    const judge = new RuleJudge({ policy: recording, unknownTypes: 'refuse', versions: 'named' });

    const findings = await judge.judge([
      itemOf({}, { principal: clerk, now: '2026-01-01T01:00:00.000Z' }),
      itemOf({}, { now: '2026-01-01T02:00:00.000Z' }),
    ]);

    expect(asked).toEqual(['2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z']);
    expect(findings).toEqual([
      { index: 0, broken: [{ kind: 'policy', policy: 'noted', observes: true }] },
      {
        index: 1,
        broken: [
          { kind: 'policy', policy: 'clerks' },
          { kind: 'policy', policy: 'noted', observes: true },
        ],
      },
    ]);
  });

  test('counts a denial that gives no reason', async () => {
    const policy = {
      decide: () => ({ decision: 'deny', engine: 'strict', revision: 'r', matched: [], denials: [] }) as const,
    };
    const judge = new RuleJudge({ policy, unknownTypes: 'refuse', versions: 'named' });

    const findings = await judge.judge([itemOf({})]);

    expect(findings).toEqual([{ index: 0, broken: [{ kind: 'policy', policy: 'strict' }] }]);
  });
});
