import { describe, expect, it } from 'vitest';
import type { PolicyRequest } from '../ports/PolicyPort.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { ConfigurationError } from '../types/errors.ts';
import { InMemoryPolicy, type PolicyRule } from './InMemoryPolicy.ts';

const PRINCIPAL = { id: 'p', roles: [], client: 'c' };
const NO_B: PolicyRule = { name: 'no-b', eventTypes: ['B'], check: () => 'B is denied' };

function append(...eventTypes: string[]): PolicyRequest {
  const events = eventTypes.map(
    (eventType, index): DomainEvent => ({
      eventId: `e${index}`,
      eventType,
      aggregateId: 'a',
      aggregateVersion: index + 1,
      timestamp: '2026-01-31T12:00:00.000Z',
      payload: {},
      metadata: {},
    }),
  );
  return { action: 'append', principal: PRINCIPAL, now: '2026-01-31T12:00:00.000Z', events };
}

function read(aggregateId: string): PolicyRequest {
  return { ...append(), action: 'read', aggregateId };
}

describe('InMemoryPolicy', () => {
  it('denies the events that a rule is about, and no others', () => {
    const decision = new InMemoryPolicy([NO_B]).decide(append('A', 'B'));

    expect(decision).toMatchObject({
      decision: 'deny',
      engine: 'in-memory',
      matched: ['no-b'],
      denials: [{ policy: 'no-b', message: 'B is denied', eventIndex: 1 }],
    });
    expect(decision).not.toHaveProperty('observed');
  });

  it('allows an append that no rule is about', () => {
    const decision = new InMemoryPolicy([NO_B]).decide(append('A'));

    expect(decision).toMatchObject({ decision: 'allow', matched: [], denials: [] });
  });

  it('asks a rule that names no types about every event, and allows where it finds nothing', () => {
    const asked: string[] = [];
    const rule: PolicyRule = { name: 'all', check: ({ eventId }, { id }) => void asked.push(`${eventId} ${id}`) };

    const decision = new InMemoryPolicy([rule]).decide(append('A', 'B'));

    expect(decision).toMatchObject({ decision: 'allow', matched: ['all'], denials: [] });
    expect(asked).toEqual(['e0 p', 'e1 p']);
  });

  it('reports what a rule that observes would deny, and denies nothing by it', () => {
    const decision = new InMemoryPolicy([{ ...NO_B, effect: 'observe' }]).decide(append('B'));

    expect(decision).toMatchObject({
      decision: 'allow',
      denials: [],
      observed: [{ policy: 'no-b', message: 'B is denied', eventIndex: 0 }],
    });
  });

  it('refuses two rules of one name', () => {
    const build = () => new InMemoryPolicy([NO_B, { ...NO_B, effect: 'observe' }]);

    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(expect.objectContaining({ details: { setting: 'rules' } }));
    expect(build).toThrow(/no-b/);
  });

  it('has another revision when a name or an effect changes, and the same for an effect that is spelt out', () => {
    const revisionOf = (rule: PolicyRule) => new InMemoryPolicy([rule]).decide(append()).revision;

    const [first, spelt, observing, renamed] = [
      revisionOf(NO_B),
      revisionOf({ ...NO_B, effect: 'deny' }),
      revisionOf({ ...NO_B, effect: 'observe' }),
      revisionOf({ ...NO_B, name: 'never-b' }),
    ];

    expect(spelt).toBe(first);
    expect(new Set([first, observing, renamed]).size).toBe(3);
  });

  it('takes the revision that it is given', () => {
    const decision = new InMemoryPolicy([NO_B], { revision: 'mine' }).decide(append('A'));

    expect(decision.revision).toBe('mine');
  });

  it('lets everybody read by default', () => {
    const decision = new InMemoryPolicy([NO_B]).decide(read('a'));

    expect(decision).toMatchObject({ decision: 'allow', matched: [], denials: [] });
  });

  it('lets nobody read what `mayRead` withholds', () => {
    const policy = new InMemoryPolicy([], { mayRead: ({ id }, aggregateId) => `${id}/${aggregateId}` === 'p/own' });

    const [own, other] = [policy.decide(read('own')), policy.decide(read('other'))];

    expect(own).toMatchObject({ decision: 'allow', matched: [], denials: [] });
    for (const decision of [own, other]) expect(decision).not.toHaveProperty('observed');
    expect(other).toMatchObject({ decision: 'deny', matched: ['mayRead'], denials: [{ policy: 'mayRead' }] });
    expect(other.denials[0]?.message).toContain('other');
  });
});
