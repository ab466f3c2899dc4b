import { describe, expect, it } from 'vitest';
import type { EvolutionRules, RegisteredSchema } from '../../ports/SchemaRegistryPort.ts';
import { type LiftPath, Lineage } from './Lineage.ts';
import type { Upcaster } from './Upcaster.ts';

const SCHEMA = { type: 'object' };

function listed(versions: Record<string, EvolutionRules & { inactive?: string }>, order = Object.keys(versions)) {
  return order.map(
    (version): RegisteredSchema => ({
      eventType: 'A',
      version,
      digest: `1:${version}`,
      schema: SCHEMA,
      ...versions[version],
    }),
  );
}

function upcaster(from: string, to: string, rules: Partial<Upcaster> = {}): Upcaster {
  return { eventType: 'A', from, to, up: `"${from}>${to}"`, ...rules };
}

/** `1>2` a rule from 1 to 2, `?1` a check against version 1. */
function stepsOf({ steps, fault }: LiftPath): string {
  if (fault !== undefined) return `fault: ${fault}`;
  return steps.map((step) => (step.kind === 'rule' ? `${step.from}>${step.to}` : `?${step.to}`)).join(' ');
}

const UP = { up: 'up' };
const BOTH = { up: 'up', down: 'down' };

describe('the way of a payload', () => {
  it('leads through every rule to the latest version', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: UP, 3: UP, 4: UP }), []);

    expect(stepsOf(lineage.path('1'))).toBe('1>2 2>3 3>4');
    expect(stepsOf(lineage.path('3'))).toBe('3>4');
    expect(lineage.path('1').to).toBe('4');
    expect(lineage.path('4')).toEqual({ from: '4', to: '4', steps: [] });
  });

  it('leaves the payload as it is where a version has no rule', () => {
    expect(stepsOf(new Lineage(listed({ 1: {}, 2: {}, 3: UP, 4: {} }), []).path('1'))).toBe('2>3');
  });

  it('follows the order of the registry, not that of the names', () => {
    const lineage = new Lineage(listed({ 2024: UP, 10: UP, 9: {} }, ['9', '2024', '10']), []);

    expect(stepsOf(lineage.path('9'))).toBe('9>2024 2024>10');
  });

  it('leads around versions that are not active, and still away from one', () => {
    const inactive = { ...UP, inactive: 'it breaks BACKWARD' };
    const lineage = new Lineage(listed({ 1: {}, 2: inactive, 3: UP, 4: inactive }), []);

    expect(stepsOf(lineage.path('1'))).toBe('1>3');
    expect(stepsOf(lineage.path('2'))).toBe('2>3');
    expect(lineage.path('1').to).toBe('3');
    expect(lineage.path('4')).toEqual({ from: '4', to: '4', steps: [] });
  });

  it('ends where it begins for a version that is unknown here', () => {
    expect(new Lineage(listed({ 1: {}, 2: UP }), []).path('7')).toEqual({ from: '7', to: '7', steps: [] });
  });

  it('leads up or down to a version that is asked for', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: BOTH, 3: BOTH }), []);

    expect(stepsOf(lineage.path('1', '2'))).toBe('1>2');
    expect(stepsOf(lineage.path('3', '1'))).toBe('3>2 2>1');
    expect(stepsOf(lineage.path('3', '9'))).toBe('fault: no version 9 of it is known');
    expect(stepsOf(lineage.path('9', '1'))).toBe('fault: no version 9 of it is known');
  });

  it('checks a payload that goes down without a rule, before anything else sees it', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: BOTH, 3: UP, 4: UP, 5: BOTH, 6: {} }), []);

    expect(stepsOf(lineage.path('4', '1'))).toBe('?2 2>1');
    expect(stepsOf(lineage.path('6', '3'))).toBe('?5 5>4 ?3');
    expect(lineage.path('4', '3').steps).toEqual([{ kind: 'check', to: '3', schema: SCHEMA }]);
  });

  it('takes the rules of the store before those of the registry', () => {
    const own = upcaster('1', '2', { down: 'own down' });
    const lineage = new Lineage(listed({ 1: {}, 2: BOTH, 3: BOTH }), [own]);

    expect(lineage.path('1').steps).toEqual([
      { kind: 'rule', from: '1', to: '2', rule: own.up },
      { kind: 'rule', from: '2', to: '3', rule: 'up' },
    ]);
    expect(lineage.path('2', '1').steps).toEqual([{ kind: 'rule', from: '2', to: '1', rule: 'own down' }]);
  });

  it('leads to a version that is not active where it is asked for', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: { ...UP, inactive: 'it breaks BACKWARD' }, 3: UP }), []);

    expect(stepsOf(lineage.path('1', '2'))).toBe('1>2');
  });

  it('ends where it begins while no version is active', () => {
    const lineage = new Lineage(listed({ 1: { inactive: 'no' }, 2: { ...UP, inactive: 'no' } }), []);

    expect(lineage.path('1')).toEqual({ from: '1', to: '1', steps: [] });
  });

  it('is no way at all to the very version, even one that is unknown', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: UP }), []);

    expect(lineage.path('9', '9')).toEqual({ from: '9', to: '9', steps: [] });
    expect(lineage.path('9', '1')).toEqual({ from: '9', to: '1', fault: 'no version 9 of it is known', steps: [] });
  });

  it('goes down by the widest rule that has a way back and does not lead past its end', () => {
    const both = { down: 'down' };
    const rules = [upcaster('2', '3', both), upcaster('1', '3', both), upcaster('1', '2', both), upcaster('0', '3')];
    const lineage = new Lineage([], rules);

    expect(stepsOf(lineage.path('3', '1'))).toBe('3>1');
    expect(stepsOf(lineage.path('3', '2'))).toBe('3>2');
    expect(stepsOf(new Lineage(listed({ 1: {}, 2: BOTH, 3: BOTH }), [upcaster('1', '3', both)]).path('3', '2'))).toBe(
      '3>2',
    );
  });

  it('takes the rules of the registry where one of the store would lead past the end', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: UP, 3: UP }), [upcaster('1', '3')]);

    expect(stepsOf(lineage.path('1', '2'))).toBe('1>2');
    expect(new Lineage([], [upcaster('1', '3'), upcaster('2', '3')]).path('1', '2').steps).toEqual([]);
  });

  it('takes the widest rule that does not lead past its end', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: UP, 3: UP, 4: UP }), [
      upcaster('1', '2'),
      upcaster('1', '3', { down: 'down' }),
    ]);

    expect(stepsOf(lineage.path('1'))).toBe('1>3 3>4');
    expect(stepsOf(lineage.path('1', '2'))).toBe('1>2');
    expect(stepsOf(lineage.path('3', '1'))).toBe('3>1');
  });

  it('needs no registry: upcasters are ordered by where they lead', () => {
    const lineage = new Lineage([], [upcaster('3', '4'), upcaster('1', '2'), upcaster('2', '3'), upcaster('0', '3')]);

    expect(stepsOf(lineage.path('1'))).toBe('1>2 2>3 3>4');
    expect(stepsOf(lineage.path('0'))).toBe('0>3 3>4');
    expect(lineage.path('3', '2').steps).toEqual([{ kind: 'check', to: '2', schema: undefined }]);
  });

  it('leads from versions that the registry no longer lists', () => {
    const lineage = new Lineage(listed({ 2: {}, 3: UP }), [upcaster('0', '1'), upcaster('1', '2')]);

    expect(stepsOf(lineage.path('0'))).toBe('0>1 1>2 2>3');
  });

  it('is refused where upcasters go against the order of the registry', () => {
    const lineage = new Lineage(listed({ 1: {}, 2: UP }), [upcaster('2', '1')]);

    expect(stepsOf(lineage.path('1'))).toBe('fault: its upcasters go against the order of its versions');
  });
});

describe('a payload is as it is', () => {
  it.each<[what: string, lineage: Lineage, asIs: string[], lifted: string[]]>([
    ['in every version where there are no rules', new Lineage(listed({ 1: {}, 2: {} }), []), ['1', '2', '9'], []],
    ['in the latest version alone where there are', new Lineage(listed({ 1: {}, 2: UP }), []), ['2'], ['1', '9']],
    ['where no upcaster leads on', new Lineage([], [upcaster('1', '2')]), ['2'], ['1', '9']],
  ])('%s', (_what, lineage, asIs, lifted) => {
    expect(asIs.map((version) => lineage.isAsIs(version))).toEqual(asIs.map(() => true));
    expect(lifted.map((version) => lineage.isAsIs(version))).toEqual(lifted.map(() => false));
  });
});
