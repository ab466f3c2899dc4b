import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { type Case, compared, inBothDrafts, objectOf } from './testing/compared.ts';

const TEXT = { type: 'string' };
const COUNT = { type: 'number' };
const kindOf = (kind: string, properties = {}) =>
  objectOf({ kind: { const: kind }, ...properties }, { required: ['kind'] });
const [CARD, CASH, BANK] = [kindOf('card', { number: TEXT }), kindOf('cash'), kindOf('bank')];
// A map, since a literal with the key of `then` would look like a promise.
const when = (condition: JsonObject, then: JsonObject, otherwise: JsonValue): JsonObject =>
  Object.fromEntries([
    ['if', condition],
    ['then', then],
    ['else', otherwise],
  ]);

const SUMS: readonly Case[] = [
  ['a branch is added to anyOf', { anyOf: [TEXT] }, { anyOf: [TEXT, COUNT] }, []],
  [
    'a branch is removed from anyOf',
    { anyOf: [TEXT, COUNT, { type: 'null' }] },
    { anyOf: [TEXT, COUNT] },
    ['SUM_TYPE_NARROWED /anyOf'],
  ],
  ['the order of branches does not matter', { anyOf: [TEXT, COUNT] }, { anyOf: [COUNT, TEXT] }, []],
  ['a branch of anyOf is widened', { anyOf: [TEXT, { type: 'integer' }] }, { anyOf: [COUNT, TEXT] }, []],
  [
    'a branch of anyOf is narrowed',
    { anyOf: [TEXT, COUNT] },
    { anyOf: [TEXT, { type: 'integer' }] },
    ['COMBINED_TYPE_SUBSCHEMAS_CHANGED /anyOf'],
  ],
  ['a type becomes a union with it', TEXT, { anyOf: [TEXT, { type: 'null' }] }, []],
  ['a union becomes one of its types', { anyOf: [TEXT, { type: 'null' }] }, TEXT, ['TYPE_CHANGED /type']],
  ['oneOf becomes anyOf', { oneOf: [TEXT, COUNT] }, { anyOf: [TEXT, COUNT] }, []],
  ['anyOf becomes oneOf of types apart', { anyOf: [TEXT, COUNT] }, { oneOf: [TEXT, COUNT] }, []],
  [
    'anyOf becomes oneOf of branches that overlap',
    { anyOf: [objectOf({ a: TEXT }), objectOf({ b: TEXT })] },
    { oneOf: [objectOf({ a: TEXT }), objectOf({ b: TEXT })] },
    ['COMBINED_TYPE_SUBSCHEMAS_CHANGED /oneOf'],
  ],
  [
    'equal branches of oneOf need not be apart',
    { oneOf: [objectOf({ a: TEXT }), objectOf({ b: TEXT })] },
    { oneOf: [objectOf({ a: TEXT }), objectOf({ b: TEXT })], title: 'x' },
    [],
  ],
  ['a branch apart by its constant is added to oneOf', { oneOf: [CARD, CASH] }, { oneOf: [CARD, CASH, BANK] }, []],
  [
    'a branch that overlaps is added to oneOf, which Confluent allows',
    { oneOf: [TEXT] },
    { oneOf: [TEXT, { maxLength: 3 }] },
    ['ONE_OF_BRANCHES_OVERLAP /oneOf'],
  ],
  [
    'a branch is removed from oneOf',
    { oneOf: [CARD, CASH, BANK] },
    { oneOf: [CARD, CASH] },
    ['SUM_TYPE_NARROWED /oneOf'],
  ],
  ['a single branch is no union', { oneOf: [TEXT] }, TEXT, []],
];

const PRODUCTS: readonly Case[] = [
  [
    'allOf says what its parts say',
    { allOf: [objectOf({ a: TEXT }), { required: ['a'] }] },
    objectOf({ a: TEXT }, { required: ['a'] }),
    [],
  ],
  [
    'a part is added to allOf',
    { allOf: [TEXT] },
    { allOf: [TEXT, { maxLength: 3 }] },
    ['MAX_LENGTH_ADDED /allOf/1/maxLength'],
  ],
  ['a part is removed from allOf', { allOf: [TEXT, { maxLength: 3 }] }, { allOf: [TEXT] }, []],
  ['not excludes more', { not: { const: 1 } }, { not: { enum: [1, 2] } }, ['NOT_TYPE_EXTENDED /not']],
  ['not excludes less', { not: { enum: [1, 2] } }, { not: { const: 1 } }, []],
  ['not is added', TEXT, { ...TEXT, not: { const: 'a' } }, ['NOT_TYPE_EXTENDED /not']],
  ['not excludes what was not possible', TEXT, { not: { type: 'number' } }, []],
  [
    'not of a required property is kept by a closed object',
    objectOf({}, { additionalProperties: false }),
    { not: { type: 'object', required: ['a'] } },
    [],
  ],
];

const CONDITIONS: readonly Case[] = [
  ['a condition is added', COUNT, { ...COUNT, ...when({ minimum: 3 }, { maximum: 5 }, {}) }, ['CONDITION_ADDED /then']],
  ['a condition is removed', { ...COUNT, ...when({ minimum: 3 }, { maximum: 5 }, {}) }, COUNT, []],
  [
    'then is widened',
    { ...COUNT, ...when({ minimum: 3 }, { maximum: 5 }, {}) },
    { ...COUNT, ...when({ minimum: 3 }, { maximum: 6 }, {}) },
    [],
  ],
  [
    'then is narrowed',
    { ...COUNT, ...when({ minimum: 3 }, { maximum: 5 }, {}) },
    { ...COUNT, ...when({ minimum: 3 }, { maximum: 4 }, {}) },
    ['MAXIMUM_DECREASED /then/maximum'],
  ],
  [
    'else is narrowed',
    { ...COUNT, ...when({ minimum: 3 }, {}, { minimum: 1 }) },
    { ...COUNT, ...when({ minimum: 3 }, {}, { minimum: 2 }) },
    ['MINIMUM_INCREASED /else/minimum'],
  ],
  ['a condition that is never met asks for nothing', TEXT, when({ type: 'number' }, { maximum: 5 }, {}), []],
  [
    'a condition that is always met asks for then',
    { ...COUNT, maximum: 5 },
    when({ type: 'number' }, { maximum: 5 }, false),
    [],
  ],
];

const REFERENCES: readonly Case[] = [
  ['a reference says what it leads to', { $ref: '#/definitions/a', definitions: { a: TEXT } }, TEXT, []],
  [
    'what a reference leads to is narrowed',
    { $ref: '#/definitions/a', definitions: { a: TEXT } },
    { $ref: '#/definitions/a', definitions: { a: { ...TEXT, maxLength: 1 } } },
    ['MAX_LENGTH_ADDED /definitions/a/maxLength'],
  ],
  [
    'a definition that nobody refers to does not matter',
    { ...TEXT, definitions: { a: TEXT } },
    { ...TEXT, definitions: { a: COUNT } },
    [],
  ],
  [
    'a reference may use another name',
    { $ref: '#/definitions/a', definitions: { a: TEXT } },
    { $ref: '#/$defs/b', $defs: { b: TEXT } },
    [],
  ],
  [
    'a reference into properties is followed',
    objectOf({ a: TEXT, b: { $ref: '#/properties/a' } }),
    objectOf({ a: TEXT, b: TEXT }),
    [],
  ],
  [
    'a reference by an escaped, encoded pointer is followed',
    { $ref: '#/definitions/a~1%20b', definitions: { 'a/ b': TEXT } },
    COUNT,
    ['TYPE_CHANGED /type'],
  ],
  ['a reference to nowhere is not resolved', TEXT, { $ref: '#/definitions/none' }, ['REFERENCE_NOT_RESOLVED /$ref']],
  [
    'a reference to elsewhere is not resolved',
    TEXT,
    { $ref: 'https://example.com/other.json' },
    ['REFERENCE_NOT_RESOLVED /$ref'],
  ],
];

describe('checkCompatibility of combined schemas', () => {
  it.each(inBothDrafts([...SUMS, ...PRODUCTS, ...CONDITIONS, ...REFERENCES]))(
    '%s (%s)',
    (_fact, draft, _name, earlier, proposed, kinds) => {
      expect(compared(draft, earlier, proposed)).toEqual(kinds);
    },
  );

  it('follows $anchor (2020-12), and $id with a fragment (draft-07)', () => {
    const anchored = { $ref: '#name', $defs: { a: { $anchor: 'name', ...TEXT } } };
    const named = { $ref: '#name', definitions: { a: { $id: '#name', ...TEXT } } };

    expect(compared('2020-12', anchored, TEXT)).toEqual([]);
    expect(compared('draft-07', named, COUNT)).toEqual(['TYPE_CHANGED /type']);
  });
});
