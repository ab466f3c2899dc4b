import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import type { CompatibilityLevel } from './CompatibilityLevel.ts';
import { checkCompatibility } from './checkCompatibility.ts';
import { objectOf } from './testing/compared.ts';

const TEXT = { type: 'string' };
const versions = (...schemas: JsonObject[]) => schemas.map((schema, index) => ({ version: `${index + 1}`, schema }));

describe('checkCompatibility by level', () => {
  const NARROW = { type: 'integer' };
  const WIDE = { type: ['integer', 'string'] };
  const narrowedLast = versions(WIDE, NARROW);
  const widenedLast = versions(NARROW, WIDE);

  it.each<[CompatibilityLevel, JsonObject, ReturnType<typeof versions>, string[]]>([
    ['NONE', NARROW, widenedLast, []],
    ['BACKWARD', NARROW, narrowedLast, []],
    ['BACKWARD', NARROW, widenedLast, ['2 backward']],
    ['BACKWARD_TRANSITIVE', NARROW, narrowedLast, ['1 backward']],
    ['FORWARD', WIDE, widenedLast, []],
    ['FORWARD', WIDE, narrowedLast, ['2 forward']],
    ['FORWARD_TRANSITIVE', WIDE, widenedLast, ['1 forward']],
    ['FULL', NARROW, narrowedLast, []],
    ['FULL', WIDE, narrowedLast, ['2 forward']],
    ['FULL', NARROW, widenedLast, ['2 backward']],
    ['FULL_TRANSITIVE', WIDE, narrowedLast, ['2 forward']],
    ['FULL_TRANSITIVE', NARROW, [...narrowedLast, ...narrowedLast], ['1 backward', '1 backward']],
  ])('%s of %j is broken by the versions that it looks at', (level, proposed, earlier, broken) => {
    const found = checkCompatibility(proposed, earlier, level);

    expect(found.map(({ version, direction }) => `${version} ${direction}`)).toEqual(broken);
  });

  it('asks nothing of a first version', () => {
    expect(checkCompatibility(TEXT, [], 'FULL_TRANSITIVE')).toEqual([]);
  });
});

describe('checkCompatibility says', () => {
  it('what is wrong backward, where in the proposed schema, and what would mend it', () => {
    const [found] = checkCompatibility(
      objectOf({ total: TEXT }, { required: ['total'] }),
      versions(objectOf({ total: TEXT })),
      'BACKWARD',
    );

    expect(found).toEqual({
      version: '1',
      direction: 'backward',
      kind: 'REQUIRED_ATTRIBUTE_ADDED',
      pointer: '/required/0',
      message: '/required/0: the proposed schema requires "total", which data of version 1 may lack',
      remedy: 'Leave the property optional, or give it a valid default',
    });
  });

  it('what is wrong forward, where in the earlier schema', () => {
    const [found] = checkCompatibility(
      objectOf({ total: TEXT }),
      versions(objectOf({ total: TEXT }, { required: ['total'] })),
      'FORWARD',
    );

    expect(found).toMatchObject({
      direction: 'forward',
      kind: 'REQUIRED_ATTRIBUTE_ADDED',
      message: '/required/0: version 1 requires "total", which data of the proposed schema may lack',
      remedy: 'Keep the property required',
    });
  });

  it('the place in the earlier schema of what was removed', () => {
    const closed = { additionalProperties: false };

    const [found] = checkCompatibility(objectOf({}, closed), versions(objectOf({ gone: TEXT }, closed)), 'BACKWARD');

    expect(found).toMatchObject({ pointer: '/properties/gone', direction: 'backward' });
    expect(found?.message).toContain('version 1 has the property "gone"');
  });

  it('at most 100 things, of the newest version first', () => {
    const names = Array.from({ length: 150 }, (_, index) => `p${index}`);
    const all = (type: string) => objectOf(Object.fromEntries(names.map((name) => [name, { type }])));

    const found = checkCompatibility(all('string'), versions(all('number'), all('boolean')), 'BACKWARD_TRANSITIVE');

    expect(found).toHaveLength(100);
    expect(new Set(found.map(({ version }) => version))).toEqual(new Set(['2']));
  });

  it('that it does not know a dialect, or a keyword', () => {
    const kinds = (proposed: JsonObject) =>
      checkCompatibility(proposed, versions(TEXT), 'BACKWARD').map(({ kind }) => kind);

    expect(kinds({ $schema: 'http://json-schema.org/draft-04/schema#', ...TEXT })).toEqual(['DIALECT_NOT_UNDERSTOOD']);
    expect(kinds({ ...TEXT, requird: ['a'] })).toEqual(['KEYWORD_NOT_UNDERSTOOD']);
    expect(kinds({ ...TEXT, $dynamicRef: '#x' })).toEqual(['KEYWORD_NOT_UNDERSTOOD']);
  });

  it('nothing of equal schemas, whatever is in them', () => {
    const odd = { $ref: 'https://example.com/a', requird: 1, $dynamicRef: '#x', not: { not: { pattern: '(?=a)' } } };

    expect(checkCompatibility({ ...odd, type: 'string' }, versions({ type: 'string', ...odd }), 'FULL')).toEqual([]);
  });

  it('nothing of annotations around what it cannot compare', () => {
    const hard = (title: string) => ({
      oneOf: [{ not: { anyOf: [{ pattern: 'a' }, { title, pattern: 'b' }] } }, { contains: { title, pattern: 'c' } }],
    });

    expect(checkCompatibility(hard('new'), versions(hard('old')), 'FULL')).toEqual([]);
  });
});

describe('checkCompatibility of schemas that refer to themselves', () => {
  const tree = (value: JsonValue, name = 'node') => ({
    $ref: `#/$defs/${name}`,
    $defs: { [name]: objectOf({ value, children: { type: 'array', items: { $ref: `#/$defs/${name}` } } }) },
  });

  it('compares trees by their nodes', () => {
    const kinds = checkCompatibility(tree({ type: 'integer' }), versions(tree({ type: 'number' })), 'FULL');

    expect(kinds.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual([
      'TYPE_NARROWED /$defs/node/properties/value/type',
    ]);
  });

  it('takes trees under another name, or unrolled once, for the same', () => {
    const other = tree(TEXT, 'other');
    const unrolled = {
      ...other,
      ...objectOf({ value: TEXT, children: { type: 'array', items: { $ref: '#/$defs/other' } } }),
      $ref: '#/$defs/other',
    };

    expect(checkCompatibility(tree(TEXT), versions(other), 'FULL')).toEqual([]);
    expect(checkCompatibility(unrolled, versions(tree(TEXT)), 'FULL')).toEqual([]);
  });

  it('finds a difference in one of two types that refer to each other', () => {
    const pair = (value: JsonValue) => ({
      ...objectOf({ a: { $ref: '#/$defs/a' } }),
      $defs: { a: objectOf({ b: { $ref: '#/$defs/b' } }), b: objectOf({ a: { $ref: '#/$defs/a' }, value }) },
    });

    expect(checkCompatibility(pair({ type: 'number' }), versions(pair({ type: 'integer' })), 'BACKWARD')).toEqual([]);
    expect(checkCompatibility(pair({ type: 'integer' }), versions(pair({ type: 'number' })), 'BACKWARD')).toMatchObject(
      [{ kind: 'TYPE_NARROWED', pointer: '/$defs/b/properties/value/type' }],
    );
  });

  it.each<[string, JsonObject]>([
    ['$ref', { $ref: '#' }],
    ['allOf', { allOf: [{ $ref: '#' }] }],
    ['anyOf', { anyOf: [{ $ref: '#' }, TEXT] }],
    ['not', { not: { $ref: '#' } }],
    ['a ring of definitions', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
  ])('takes a schema that leads back to itself by %s for nothing that data can match', (_by, endless) => {
    expect(checkCompatibility(endless, versions(TEXT), 'BACKWARD')).toMatchObject([{ kind: 'RECURSION_NOT_DECIDED' }]);
    expect(checkCompatibility(endless, versions({ ...endless, title: 'x' }), 'BACKWARD')).not.toEqual([]);
  });
});
