import { describe, expect, test } from 'vitest';
import { InMemoryPolicy } from '../policy/InMemoryPolicy.ts';
import type { PolicyPort } from '../ports/PolicyPort.ts';
import { InMemorySchemaRegistry } from '../schema/InMemorySchemaRegistry.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { ANONYMOUS } from '../types/Principal.ts';
import { EventJudge } from './EventJudge.ts';

const BY = { principal: ANONYMOUS, now: '2026-01-31T12:00:00.000Z' };

function orderOf(total: unknown, eventType = 'OrderPlaced'): DomainEvent {
  return {
    eventId: 'e1',
    eventType,
    aggregateId: 'order-1',
    aggregateVersion: 1,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload: { total } as DomainEvent['payload'],
    metadata: {},
  };
}

function registry(): InMemorySchemaRegistry {
  const schemas = new InMemorySchemaRegistry();
  schemas.register('OrderPlaced', { type: 'object', properties: { total: { type: 'number', maximum: 100 } } });
  return schemas;
}

const NOTHING_FREE = new InMemoryPolicy([
  { name: 'nothing-free', check: ({ payload }) => (payload.total === 0 ? 'it is free' : undefined) },
  { name: 'nothing-low', check: ({ payload }) => (Number(payload.total) < -1 ? 'it is below -1' : undefined) },
]);

describe('EventJudge', () => {
  test('says what the schemas and the policies refuse, both at once', async () => {
    const judge = new EventJudge({ schemaRegistry: registry(), policy: NOTHING_FREE });

    const judgement = await judge.judge([orderOf(0), orderOf(101)], BY);

    expect(judgement.violations).toMatchObject([{ eventIndex: 1, pointer: '/payload/total', keyword: 'maximum' }]);
    expect(judgement.schemas).toMatchObject([{ eventType: 'OrderPlaced', version: '1', outcome: 'invalid-observed' }]);
    expect(judgement.decision).toMatchObject({
      decision: 'deny',
      denials: [{ policy: 'nothing-free', eventIndex: 0 }],
    });
  });

  test('refuses a type that is unknown, unless that is allowed', async () => {
    const strict = new EventJudge({ schemaRegistry: registry() });
    const lenient = new EventJudge({ schemaRegistry: registry(), unknownTypes: 'allow' });

    const refused = await strict.judge([orderOf(1, 'OrderShipped')], BY);
    const allowed = await lenient.judge([orderOf(1, 'OrderShipped')], BY);

    expect(refused.violations).toMatchObject([{ keyword: 'unknownType' }]);
    expect(allowed.violations).toEqual([]);
    expect(refused).not.toHaveProperty('decision');
  });

  test('answers in the same turn once it knows the schemas', async () => {
    const judge = new EventJudge({ schemaRegistry: registry(), policy: NOTHING_FREE });
    await judge.judge([orderOf(1)], BY);

    const judgement = judge.judge([orderOf(1)], BY);

    expect(judgement).toMatchObject({ violations: [], decision: { decision: 'allow' } });
  });

  test('fails where the engine answers no decision', async () => {
    const judge = new EventJudge({ policy: { decide: () => ({}) as never } });

    const judging = async () => judge.judge([orderOf(1)], BY);

    await expect(judging()).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
  });

  test('checks no payload without schemas, and asks the policies as for an append', async () => {
    const actions: string[] = [];
    const decide: PolicyPort['decide'] = (request) => {
      actions.push(request.action);
      return NOTHING_FREE.decide(request);
    };
    const judge = new EventJudge({ policy: { decide } });

    const judgement = await judge.judge([orderOf('none')], BY);

    expect(judgement).toMatchObject({ violations: [], schemas: [], decision: { decision: 'allow' } });
    expect(actions).toEqual(['append']);
  });
});
