import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import type { PolicyDecision, PolicyPort, PolicyRequest } from '../ports/PolicyPort.ts';
import { GovernanceUnavailableError } from '../types/errors.ts';
import { askPolicy } from './askPolicy.ts';

const REQUEST: PolicyRequest = {
  action: 'append',
  principal: { id: 'p', roles: [], client: 'c' },
  now: '2026-01-31T12:00:00.000Z',
  events: [],
};
const ALLOWED: PolicyDecision = { decision: 'allow', engine: 'e', revision: 'r', matched: [], denials: [] };

function ask(decide: PolicyPort['decide'], clock = new ManualClock()): PolicyDecision | Promise<PolicyDecision> {
  return askPolicy({ decide }, REQUEST, { timeoutMs: 1_000, clock });
}

/** Awaited inside, so that what is thrown at once and what is rejected later are one. */
async function refusalOf(decide: PolicyPort['decide']): Promise<unknown> {
  try {
    return await ask(decide);
  } catch (error) {
    return error;
  }
}

describe('askPolicy', () => {
  it('answers at once where the engine does', () => {
    const decision = ask(() => ALLOWED);

    expect(decision).toBe(ALLOWED);
  });

  it.each(['allow', 'deny'] as const)('passes the decision to %s on, also when it comes later', async (decision) => {
    const answer = { ...ALLOWED, decision };

    const given = await ask(async () => answer);

    expect(given).toBe(answer);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['another word', { ...ALLOWED, decision: 'maybe' }],
    ['no engine', { ...ALLOWED, engine: undefined }],
    ['no revision', { ...ALLOWED, revision: undefined }],
    ['no list of what matched', { ...ALLOWED, matched: undefined }],
    ['no list of denials', { ...ALLOWED, denials: {} }],
  ])('takes an answer with %s for a failure of the engine, at once and later', async (_, answer) => {
    const atOnce = await refusalOf(() => answer as PolicyDecision);
    const later = await refusalOf(async () => answer as PolicyDecision);

    const details = { part: 'policy-engine', reason: 'its answer is no decision' };
    expect([atOnce, later]).toMatchObject([{ details }, { details }]);
  });

  it('tells why the engine failed, and keeps its error as the cause', async () => {
    const cause = new TypeError('no such rule');

    const atOnce = await refusalOf(() => {
      throw cause;
    });
    const later = await refusalOf(() => Promise.reject(cause));

    const expected = {
      code: 'GOVERNANCE_UNAVAILABLE',
      message: 'The policy engine failed: no such rule. Nothing was stored; try again',
      details: { part: 'policy-engine', reason: 'no such rule' },
      cause,
    };
    expect([atOnce, later]).toMatchObject([expected, expected]);
  });

  it('tells also what was thrown that is no error', async () => {
    const error = await refusalOf(() => Promise.reject('gone'));

    expect(error).toMatchObject({ details: { part: 'policy-engine', reason: 'gone' }, cause: 'gone' });
  });

  it('passes on an engine that says itself that it cannot answer', async () => {
    const own = new GovernanceUnavailableError('down', { part: 'policy-engine', reason: 'down' });

    const error = await refusalOf(() => Promise.reject(own));

    expect(error).toBe(own);
  });

  it('waits no longer than it was told', async () => {
    const clock = new ManualClock();
    const answer = Promise.resolve(ask(() => new Promise<never>(() => {}), clock));
    const outcome = expect(answer).rejects.toMatchObject({ details: { reason: 'no answer within 1000 ms' } });

    clock.advance(1_000);

    await outcome;
  });

  it('gives the engine a signal', () => {
    let signal: AbortSignal | undefined;

    ask((_, options) => {
      signal = options?.signal;
      return ALLOWED;
    });

    expect(signal).toBeInstanceOf(AbortSignal);
  });
});
