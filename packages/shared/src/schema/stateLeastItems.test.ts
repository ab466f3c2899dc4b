import { describe, expect, it } from 'vitest';
import { stateLeastItems } from './stateLeastItems.ts';

const TUPLE = { prefixItems: [{ type: 'string' }], contains: { type: 'number' } };
const STATED = { ...TUPLE, minItems: 1 };

describe('stateLeastItems', () => {
  it.each([
    ['at the top', TUPLE, STATED],
    [
      'of a tuple in the style of draft-07',
      { items: [true], contains: true },
      { items: [true], contains: true, minItems: 1 },
    ],
    ['over one that says less', { ...TUPLE, minItems: 0 }, STATED],
    [
      'in one member of a list',
      { title: 't', allOf: [{ type: 'array' }, TUPLE] },
      { title: 't', allOf: [{ type: 'array' }, STATED] },
    ],
    ['under a keyword that holds one schema', { not: TUPLE }, { not: STATED }],
    [
      'in a property named as a keyword that holds data',
      { properties: { const: TUPLE } },
      { properties: { const: STATED } },
    ],
    ['beside a member that is null', { 'x-note': null, not: TUPLE }, { 'x-note': null, not: STATED }],
  ])('states the least items %s', (_place, schema, expected) => {
    expect(stateLeastItems(schema)).toEqual(expected);
  });

  it.each([
    ['has no tuple', { items: { type: 'string' }, contains: { type: 'number' } }],
    ['contains nothing in particular', { prefixItems: [{ type: 'string' }], allOf: [{ type: 'array' }, {}] }],
    ['may contain nothing', { ...TUPLE, minContains: 0 }],
    ['says so already', STATED],
    ['asks for more', { ...TUPLE, minItems: 2 }],
    ['has the tuple in its data', { const: TUPLE, enum: [TUPLE] }],
  ])('returns the very same schema when it %s', (_reason, schema) => {
    expect(stateLeastItems(schema)).toBe(schema);
  });
});
