import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../types/json.ts';
import { compared, fieldOf } from './testing/compared.ts';

type ScalarCase = readonly [fact: string, earlier: JsonValue, proposed: JsonValue, kinds: readonly string[]];

const TYPES: readonly ScalarCase[] = [
  ['an integer may become a number', { type: 'integer' }, { type: 'number' }, []],
  ['a number may not become an integer', { type: 'number' }, { type: 'integer' }, ['TYPE_NARROWED']],
  ['a string may not become a number', { type: 'string' }, { type: 'number' }, ['TYPE_CHANGED']],
  ['a type may be added', { type: 'string' }, { type: ['string', 'null'] }, []],
  ['a type may not be taken away', { type: ['string', 'null'] }, { type: 'string' }, ['TYPE_NARROWED']],
  ['nullable adds null', { type: 'string' }, { type: 'string', nullable: true }, []],
  [
    'nullable is a type to keep',
    { type: ['string', 'number'], nullable: true },
    { type: ['string', 'number'] },
    ['TYPE_NARROWED'],
  ],
  ['all types may become possible', { type: 'string' }, {}, []],
  ['anything may not become a string', {}, { type: 'string' }, ['TYPE_NARROWED']],
  ['true allows what anything does', { type: 'string' }, true, []],
  ['nothing may become anything', false, { type: 'string' }, []],
  [
    'two types may become anyOf of both',
    { type: ['string', 'null'] },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
    [],
  ],
  [
    'anyOf of two types may become both',
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
    { type: ['string', 'null'] },
    [],
  ],
  [
    'annotations never matter',
    { type: 'string', title: 'a', 'x-nexus-pii': true },
    { type: 'string', description: 'b', default: 1, examples: [2] },
    [],
  ],
];

const NUMBERS: readonly ScalarCase[] = [
  ['maximum is added', { type: 'number' }, { type: 'number', maximum: 3 }, ['MAXIMUM_ADDED']],
  ['maximum falls', { type: 'number', maximum: 4 }, { type: 'number', maximum: 3 }, ['MAXIMUM_DECREASED']],
  ['maximum rises', { type: 'number', maximum: 3 }, { type: 'number', maximum: 4 }, []],
  ['maximum is removed', { type: 'number', maximum: 3 }, { type: 'number' }, []],
  ['minimum rises', { type: 'number', minimum: 3 }, { type: 'number', minimum: 4 }, ['MINIMUM_INCREASED']],
  ['minimum falls', { type: 'number', minimum: 4 }, { type: 'number', minimum: 3 }, []],
  ['minimum is added', { type: 'number' }, { type: 'number', minimum: 3 }, ['MINIMUM_ADDED']],
  [
    'an inclusive maximum becomes exclusive',
    { type: 'number', maximum: 3 },
    { type: 'number', exclusiveMaximum: 3 },
    ['EXCLUSIVE_MAXIMUM_ADDED'],
  ],
  [
    'an exclusive maximum becomes inclusive',
    { type: 'number', exclusiveMaximum: 3 },
    { type: 'number', maximum: 3 },
    [],
  ],
  [
    'exclusive limits of integers are those within',
    { type: 'integer', exclusiveMaximum: 3, exclusiveMinimum: 0 },
    { type: 'integer', maximum: 2, minimum: 1 },
    [],
  ],
  [
    'exclusive limits of numbers are not',
    { type: 'number', exclusiveMaximum: 3 },
    { type: 'number', maximum: 2 },
    ['MAXIMUM_ADDED'],
  ],
  [
    'exclusiveMinimum rises',
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'number', exclusiveMinimum: 1 },
    ['EXCLUSIVE_MINIMUM_INCREASED'],
  ],
  [
    'exclusiveMaximum falls',
    { type: 'number', exclusiveMaximum: 2 },
    { type: 'number', exclusiveMaximum: 1 },
    ['EXCLUSIVE_MAXIMUM_DECREASED'],
  ],
  ['limits of numbers do not concern strings', { type: 'string' }, { type: ['string', 'number'], maximum: 3 }, []],
  ['multipleOf is added', { type: 'number' }, { type: 'number', multipleOf: 2 }, ['MULTIPLE_OF_ADDED']],
  [
    'multipleOf becomes a factor of what it was',
    { type: 'number', multipleOf: 6 },
    { type: 'number', multipleOf: 3 },
    [],
  ],
  [
    'multipleOf becomes a multiple of what it was',
    { type: 'number', multipleOf: 3 },
    { type: 'number', multipleOf: 6 },
    ['MULTIPLE_OF_EXPANDED'],
  ],
  ['multipleOf changes', { type: 'number', multipleOf: 3 }, { type: 'number', multipleOf: 5 }, ['MULTIPLE_OF_CHANGED']],
  ['multipleOf halves', { type: 'number', multipleOf: 0.5 }, { type: 'number', multipleOf: 0.25 }, []],
  [
    'multiples of fractions are not exact',
    { type: 'number', multipleOf: 0.9 },
    { type: 'number', multipleOf: 0.3 },
    ['MULTIPLE_OF_CHANGED'],
  ],
  ['integers are multiples of 1', { type: 'integer' }, { type: 'number', multipleOf: 1 }, []],
];

const STRINGS: readonly ScalarCase[] = [
  ['maxLength is added', { type: 'string' }, { type: 'string', maxLength: 3 }, ['MAX_LENGTH_ADDED']],
  ['maxLength falls', { type: 'string', maxLength: 4 }, { type: 'string', maxLength: 3 }, ['MAX_LENGTH_DECREASED']],
  ['maxLength rises', { type: 'string', maxLength: 3 }, { type: 'string', maxLength: 4 }, []],
  ['minLength is added', { type: 'string' }, { type: 'string', minLength: 1 }, ['MIN_LENGTH_ADDED']],
  ['minLength 0 says nothing', { type: 'string' }, { type: 'string', minLength: 0 }, []],
  ['minLength rises', { type: 'string', minLength: 1 }, { type: 'string', minLength: 2 }, ['MIN_LENGTH_INCREASED']],
  ['a pattern is added', { type: 'string' }, { type: 'string', pattern: '^a' }, ['PATTERN_ADDED']],
  ['a pattern changes', { type: 'string', pattern: '^a' }, { type: 'string', pattern: '^b' }, ['PATTERN_CHANGED']],
  ['a pattern is removed', { type: 'string', pattern: '^a' }, { type: 'string' }, []],
  ['a pattern that all values of an enum match', { enum: ['ab', 'ac'] }, { type: 'string', pattern: '^a' }, []],
  ['a format is added', { type: 'string' }, { type: 'string', format: 'date' }, ['FORMAT_ADDED']],
  ['a format changes', { type: 'string', format: 'date' }, { type: 'string', format: 'date-time' }, ['FORMAT_CHANGED']],
  ['a format is removed', { type: 'string', format: 'date' }, { type: 'string' }, []],
  ['a format that a constant has', { const: '2026-01-31' }, { type: 'string', format: 'date' }, []],
  ['lengths count code points', { const: '😀' }, { type: 'string', maxLength: 1 }, []],
];

const VALUES: readonly ScalarCase[] = [
  ['an enum is extended', { enum: ['a', 'b'] }, { enum: ['c', 'b', 'a'] }, []],
  ['an enum is narrowed', { enum: ['a', 'b'] }, { enum: ['a'] }, ['ENUM_ARRAY_NARROWED']],
  ['an enum is replaced', { enum: ['a', 'b'] }, { enum: ['c'] }, ['ENUM_ARRAY_CHANGED']],
  ['an enum is added', { type: 'string' }, { type: 'string', enum: ['a'] }, ['ENUM_ADDED']],
  ['an enum becomes its type', { enum: ['a', 'b'] }, { type: 'string' }, []],
  ['an enum of two types becomes one of them', { enum: ['a', 1] }, { type: 'string' }, ['TYPE_NARROWED']],
  ['an enum loses a value that its type excluded', { type: 'string', enum: ['a', 1] }, { enum: ['a'] }, []],
  ['booleans are true and false', { type: 'boolean' }, { enum: [false, true] }, []],
  ['a constant becomes an enum', { const: 1 }, { enum: [1, 2] }, []],
  ['a constant changes', { const: 1 }, { const: 2 }, ['CONST_CHANGED']],
  ['a constant is added', { type: 'integer' }, { const: 2 }, ['CONST_ADDED']],
  ['a constant is within limits', { const: 2 }, { type: 'integer', minimum: 1, maximum: 2, multipleOf: 2 }, []],
  ['a constant is beyond a limit', { const: 3 }, { type: 'integer', maximum: 2 }, ['MAXIMUM_DECREASED']],
  [
    'a constant object is looked into',
    { const: { b: [1, 'x'] } },
    { type: 'object', properties: { b: { type: 'array', maxItems: 2 } }, required: ['b'] },
    [],
  ],
  ['the order of keys in a constant does not matter', { const: { b: 1, c: 2 } }, { enum: [{ c: 2, b: 1 }] }, []],
];

describe('checkCompatibility of values', () => {
  const all = [...TYPES, ...NUMBERS, ...STRINGS, ...VALUES];
  const drafts = all.flatMap((one) =>
    (['draft-07', '2020-12'] as const).map((draft) => [one[0], draft, ...one] as const),
  );

  it.each(drafts)('%s (%s)', (_fact, draft, _name, earlier, proposed, kinds) => {
    const found = compared(draft, fieldOf(earlier), fieldOf(proposed));

    expect(found.map((one) => one.split(' ')[0])).toEqual(kinds);
  });
});
