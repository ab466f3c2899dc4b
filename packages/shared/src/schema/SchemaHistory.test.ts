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

  it('says what is wrong with a malformed argument', () => {
    const history = new SchemaHistory('A', 'BACKWARD');

    expect(() => history.propose({}, { version: '' })).toThrow('must be a text that is not empty');
    expect(() => history.propose({}, { up: 1 as never })).toThrow('must be a JSONata expression, or a function');
    expect(() => history.propose({}, { examples: [] })).not.toThrow();
    const halves = [
      { before: {}, after: {} },
      { before: [], after: {} },
    ];
    expect(() => history.propose({}, { examples: halves as never })).toThrow('two payloads each');
    expect(() => new SchemaHistory('', 'BACKWARD').propose({})).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ argument: 'eventType' }) }),
    );
  });

  it('proposes the number above the greatest, whatever other names there are', () => {
    const named: KeptVersion = { version: 'draft', schema: allowing('string'), registeredUnder: 'NONE' };
    const history = new SchemaHistory('A', 'NONE', [{ ...FIRST, version: '7' }, { ...FIRST, version: '3' }, named]);

    expect(new SchemaHistory('A', 'NONE').propose(allowing('null')).version).toBe('1');
    expect(history.propose(allowing('null')).version).toBe('8');
  });

  it('proposes the version that has the text, and adds it no second time', () => {
    const history = new SchemaHistory('A', 'BACKWARD', [FIRST]);

    const proposed = history.propose(allowing('string'), { version: '1' });
    history.add(proposed);
    history.add(history.propose(allowing('string')));

    expect(proposed).toBe(history.find('1'));
    expect(history.versions).toHaveLength(1);
  });

  it('refuses what breaks the level, names three of the breaches, and counts the rest', () => {
    const narrower = (names: readonly string[]) => ({ type: 'object', required: names }) as const;
    const history = new SchemaHistory('A', 'BACKWARD', [{ version: '1', schema: { type: 'object' } }]);

    expect(() => history.propose(narrower(['a', 'b', 'c', 'd', 'e']))).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_INCOMPATIBLE',
        message: expect.stringMatching(
          /^The schema of A breaks BACKWARD: [^;]+ \(.+\); .+ \(.+\); .+ \(.+\); and 2 more$/,
        ),
        details: { eventType: 'A', level: 'BACKWARD', incompatibilities: expect.objectContaining({ length: 5 }) },
      }),
    );
    expect(() => history.propose(narrower(['a', 'b', 'c']))).toThrow(/^(?!.*more)/);
  });

  it('finds the latest active version, passing over one that breaks the level', () => {
    const history = new SchemaHistory('A', 'BACKWARD', [FIRST, { version: '2', schema: allowing('number') }]);

    expect(history.find()?.version).toBe('1');
    expect(history.find('2')?.inactive).toMatch(/^it breaks BACKWARD: .+ \(.+\)$/);
    expect(history.check(allowing('string'))).toEqual([]);
  });

  it('refuses another text under a known version, and one that is not active', () => {
    const history = new SchemaHistory('A', 'BACKWARD', [FIRST, { version: '2', schema: allowing('number') }]);

    expect(() => history.propose(allowing('null'), { version: '1' })).toThrow('is registered with another schema');
    expect(() => history.propose(allowing('number'), { version: '2' })).toThrow('2 of A is not active: it breaks');
    expect(() => history.propose(allowing('number'))).toThrow(expect.objectContaining({ code: 'SCHEMA_INCOMPATIBLE' }));
  });

  it('takes a known version again with the rules that it has, however they are laid out, and with no other', () => {
    const down = (payload: JsonObject) => payload;
    const rules = { up: '{ "total": 1 }', down, examples: [{ before: { a: 1, b: 2 }, after: {} }] };
    const history = new SchemaHistory('A', 'BACKWARD', [{ ...FIRST, ...rules } as KeptVersion]);
    const again = (options: object) => history.propose(allowing('string'), options as never);

    expect(again({})).toBe(history.find('1'));
    expect(again({ up: ` ${rules.up}\n`, down, examples: [{ before: { b: 2, a: 1 }, after: {} }] })).toBe(
      history.find('1'),
    );
    for (const other of [{ up: '{}' }, { down: () => ({}) }, { examples: [] }]) {
      const [argument] = Object.keys(other);
      expect(() => again(other)).toThrow(
        expect.objectContaining({
          message: expect.stringContaining('is another than version 1 of A is registered with'),
          details: expect.objectContaining({ argument }),
        }),
      );
    }
  });
});
