import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../types/json.ts';
import { type Case, compared, inBothDrafts } from './testing/compared.ts';

const TEXT = { type: 'string' };
const COUNT = { type: 'number' };
const array = (more: JsonObject): JsonObject => ({ type: 'array', ...more });

const BOTH: readonly Case[] = [
  ['items are widened', array({ items: { type: 'integer' } }), array({ items: COUNT }), []],
  ['items are narrowed', array({ items: COUNT }), array({ items: { type: 'integer' } }), ['TYPE_NARROWED /items/type']],
  ['items get a schema', array({}), array({ items: COUNT }), ['ADDITIONAL_ITEMS_NARROWED /items']],
  ['items lose their schema', array({ items: COUNT }), array({}), []],
  ['items are forbidden', array({ items: COUNT }), array({ items: false }), ['ADDITIONAL_ITEMS_REMOVED /items']],
  ['items of empty arrays do not matter', array({ maxItems: 0, items: COUNT }), array({ items: TEXT }), []],
  ['maxItems is added', array({}), array({ maxItems: 3 }), ['MAX_ITEMS_ADDED /maxItems']],
  ['maxItems falls', array({ maxItems: 3 }), array({ maxItems: 2 }), ['MAX_ITEMS_DECREASED /maxItems']],
  ['maxItems rises', array({ maxItems: 2 }), array({ maxItems: 3 }), []],
  ['minItems rises', array({ minItems: 1 }), array({ minItems: 2 }), ['MIN_ITEMS_INCREASED /minItems']],
  ['minItems is added', array({}), array({ minItems: 1 }), ['MIN_ITEMS_ADDED /minItems']],
  [
    'items become unique',
    array({ items: TEXT }),
    array({ items: TEXT, uniqueItems: true }),
    ['UNIQUE_ITEMS_ADDED /uniqueItems'],
  ],
  ['items need to be unique no more', array({ items: TEXT, uniqueItems: true }), array({ items: TEXT }), []],
  ['a single item is unique', array({ items: TEXT, maxItems: 1 }), array({ items: TEXT, uniqueItems: true }), []],
  ['contains is added', array({}), array({ contains: TEXT }), ['CONTAINS_ADDED /contains']],
  ['contains is removed', array({ contains: TEXT }), array({}), []],
  ['contains is widened', array({ contains: { type: 'integer' } }), array({ contains: COUNT }), []],
  [
    'contains is narrowed',
    array({ contains: COUNT }),
    array({ contains: { type: 'integer' } }),
    ['CONTAINS_CHANGED /contains'],
  ],
  ['contains follows from the items', array({ items: TEXT, minItems: 1 }), array({ contains: TEXT }), []],
];

const DRAFT_07: readonly Case[] = [
  [
    'an item is added to an open tuple',
    array({ items: [TEXT] }),
    array({ items: [TEXT, COUNT] }),
    ['ITEM_ADDED_TO_OPEN_CONTENT_MODEL /items/1'],
  ],
  [
    'an item is added to a closed tuple',
    array({ items: [TEXT], additionalItems: false }),
    array({ items: [TEXT, COUNT], additionalItems: false }),
    [],
  ],
  [
    'an item is removed from a closed tuple',
    array({ items: [TEXT, COUNT], additionalItems: false }),
    array({ items: [TEXT], additionalItems: false }),
    ['ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL /items/1'],
  ],
  [
    'an item is added that further items do not cover',
    array({ items: [TEXT], additionalItems: TEXT }),
    array({ items: [TEXT, COUNT], additionalItems: TEXT }),
    ['ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL /items/1'],
  ],
  [
    'further items are forbidden',
    array({ items: [TEXT] }),
    array({ items: [TEXT], additionalItems: false }),
    ['ADDITIONAL_ITEMS_REMOVED /additionalItems'],
  ],
  [
    'a tuple becomes a list that covers it',
    array({ items: [TEXT, TEXT], additionalItems: false }),
    array({ items: TEXT }),
    [],
  ],
];

const DRAFT_2020: readonly Case[] = [
  [
    'an item is added to an open tuple',
    array({ prefixItems: [TEXT] }),
    array({ prefixItems: [TEXT, COUNT] }),
    ['ITEM_ADDED_TO_OPEN_CONTENT_MODEL /prefixItems/1'],
  ],
  [
    'an item is added to a closed tuple',
    array({ prefixItems: [TEXT], items: false }),
    array({ prefixItems: [TEXT, COUNT], items: false }),
    [],
  ],
  ['an item is removed from an open tuple', array({ prefixItems: [TEXT, COUNT] }), array({ prefixItems: [TEXT] }), []],
  [
    'an item is removed from a closed tuple',
    array({ prefixItems: [TEXT, COUNT], items: false }),
    array({ prefixItems: [TEXT], items: false }),
    ['ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL /prefixItems/1'],
  ],
  [
    'an item is removed that further items do not cover',
    array({ prefixItems: [TEXT, COUNT], items: TEXT }),
    array({ prefixItems: [TEXT], items: TEXT }),
    ['ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL /prefixItems/1'],
  ],
  [
    'an item changes',
    array({ prefixItems: [TEXT] }),
    array({ prefixItems: [COUNT] }),
    ['TYPE_CHANGED /prefixItems/0/type'],
  ],
  ['a closed tuple keeps maxItems', array({ prefixItems: [TEXT], items: false }), array({ maxItems: 1 }), []],
  [
    'minContains rises',
    array({ contains: TEXT }),
    array({ contains: TEXT, minContains: 2 }),
    ['MIN_CONTAINS_INCREASED /minContains'],
  ],
  ['minContains falls', array({ contains: TEXT, minContains: 2 }), array({ contains: TEXT }), []],
  [
    'maxContains is added',
    array({ contains: TEXT }),
    array({ contains: TEXT, maxContains: 2 }),
    ['MAX_CONTAINS_ADDED /maxContains'],
  ],
  [
    'maxContains falls',
    array({ contains: TEXT, maxContains: 3 }),
    array({ contains: TEXT, maxContains: 2 }),
    ['MAX_CONTAINS_DECREASED /maxContains'],
  ],
  [
    'unevaluatedItems false closes a tuple',
    array({ prefixItems: [TEXT], unevaluatedItems: false }),
    array({ prefixItems: [TEXT], items: false }),
    [],
  ],
  [
    'an open tuple is closed by unevaluatedItems',
    array({ prefixItems: [TEXT] }),
    array({ prefixItems: [TEXT], unevaluatedItems: false }),
    ['UNEVALUATED_ITEMS_REMOVED /unevaluatedItems'],
  ],
];

describe('checkCompatibility of arrays', () => {
  it.each(inBothDrafts(BOTH))('%s (%s)', (_fact, draft, _name, earlier, proposed, kinds) => {
    expect(compared(draft, earlier, proposed)).toEqual(kinds);
  });

  it.each(DRAFT_07)('%s (draft-07)', (_fact, earlier, proposed, kinds) => {
    expect(compared('draft-07', earlier, proposed)).toEqual(kinds);
  });

  it.each(DRAFT_2020)('%s (2020-12)', (_fact, earlier, proposed, kinds) => {
    expect(compared('2020-12', earlier, proposed)).toEqual(kinds);
  });

  it('compares a tuple of draft-07 with one of 2020-12 by what they mean', () => {
    const tuple = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...array({ items: [TEXT], additionalItems: COUNT }),
    };

    expect(compared('2020-12', tuple, array({ prefixItems: [TEXT], items: COUNT }))).toEqual([]);
    expect(compared('2020-12', tuple, array({ items: COUNT }))).toEqual([
      'ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL /items/0',
    ]);
  });
});
