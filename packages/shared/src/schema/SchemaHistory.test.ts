import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../types/json.ts';
import { type KeptVersion, SchemaHistory } from './SchemaHistory.ts';

const allowing = (...type: string[]): JsonObject => ({
  type: 'object',
  properties: { total: { type } },
  additionalProperties: false,
});

const FIRST: KeptVersion = { version: '1', schema: allowing('string') };
const SLIPPED_IN: KeptVersion = { version: '2', schema: allowing('string', 'boolean') };
const REGISTERED: KeptVersion = {
  version: '3',
  schema: allowing('string', 'number'),
  registeredUnder: 'BACKWARD',
};

function activeOf(kept: readonly KeptVersion[]): string[] {
  const { versions } = new SchemaHistory('A', 'BACKWARD', kept);
  return versions.filter(({ inactive }) => inactive === undefined).map(({ version }) => version);
}

describe('SchemaHistory', () => {
  it('activates no version that was put before a registered one which breaks its level with it', () => {
    const history = new SchemaHistory('A', 'BACKWARD', [FIRST, SLIPPED_IN, REGISTERED]);

    expect(activeOf([FIRST, SLIPPED_IN, REGISTERED])).toEqual(['1', '3']);
    expect(history.find('2')?.inactive).toContain('version 3, which is registered, breaks BACKWARD with it');
  });

  it('activates one that was put before a registered one which keeps its level with it', () => {
    expect(activeOf([FIRST, { ...SLIPPED_IN, schema: allowing('string') }, REGISTERED])).toEqual(['1', '2', '3']);
  });

  it('leaves active what was registered, whatever comes after it', () => {
    const registered = { ...SLIPPED_IN, registeredUnder: 'BACKWARD' } as const;

    expect(activeOf([FIRST, registered, REGISTERED])).toEqual(['1', '2', '3']);
  });

  it('looks at each version before under a transitive level, and at the last else', () => {
    const between: KeptVersion = { version: '3', schema: allowing('string'), registeredUnder: 'NONE' };
    const last = { ...REGISTERED, version: '4' };

    expect(activeOf([FIRST, SLIPPED_IN, between, last])).toEqual(['1', '2', '3', '4']);
    expect(activeOf([FIRST, SLIPPED_IN, between, { ...last, registeredUnder: 'BACKWARD_TRANSITIVE' }])).toEqual([
      '1',
      '3',
      '4',
    ]);
  });

  it('looks at the level of the time when the later version was registered', () => {
    expect(activeOf([FIRST, SLIPPED_IN, { ...REGISTERED, registeredUnder: 'NONE' }])).toEqual(['1', '2', '3']);
  });

  it.each([
    ['version', { version: 2 }],
    ['version', { version: '' }],
    ['up', { up: {} }],
    ['examples', { examples: {} }],
    ['examples', { examples: [null] }],
    ['examples', { examples: [{ before: {} }] }],
  ])('names %s where it is given as %j', (argument, options) => {
    const proposing = () => new SchemaHistory('A', 'BACKWARD').propose({}, options as never);

    expect(proposing).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ argument }) }),
    );
  });
});
