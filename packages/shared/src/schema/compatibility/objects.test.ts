import { describe, expect, it } from 'vitest';
import { type Case, compared, inBothDrafts, objectOf } from './testing/compared.ts';

const TEXT = { type: 'string' };
const COUNT = { type: 'number' };
const CLOSED = { additionalProperties: false };
const TEXTS = { additionalProperties: TEXT };

const REQUIRED: readonly Case[] = [
  [
    'a listed property becomes required',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT }, { required: ['a'] }),
    ['REQUIRED_ATTRIBUTE_ADDED /required/0'],
  ],
  ['a property is required no more', objectOf({ a: TEXT }, { required: ['a'] }), objectOf({ a: TEXT }), []],
  [
    'a listed property with a valid default becomes required',
    objectOf({ a: TEXT }),
    objectOf({ a: { ...TEXT, default: 'x' } }, { required: ['a'] }),
    [],
  ],
  [
    'a default that its own schema refuses fills in nothing',
    objectOf({ a: TEXT }),
    objectOf({ a: { ...TEXT, default: 7 } }, { required: ['a'] }),
    ['REQUIRED_ATTRIBUTE_ADDED /required/0'],
  ],
  [
    'a default that would exceed maxProperties fills in nothing',
    objectOf({ a: TEXT }, { maxProperties: 1 }),
    objectOf({ a: { ...TEXT, default: 'x' } }, { required: ['a'], maxProperties: 1 }),
    ['REQUIRED_ATTRIBUTE_ADDED /required/0'],
  ],
  [
    'a default within a branch fills in nothing',
    { anyOf: [objectOf({ a: TEXT })] },
    { anyOf: [objectOf({ a: { ...TEXT, default: 'x' } }, { required: ['a'] })] },
    ['REQUIRED_ATTRIBUTE_ADDED /anyOf/0/required/0'],
  ],
  [
    'a new required property of a closed object',
    objectOf({ a: TEXT }, CLOSED),
    objectOf({ a: TEXT, b: TEXT }, { ...CLOSED, required: ['b'] }),
    ['REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL /required/0'],
  ],
  [
    'a new required property with a default of a closed object',
    objectOf({ a: TEXT }, CLOSED),
    objectOf({ a: TEXT, b: { ...TEXT, default: '' } }, { ...CLOSED, required: ['b'] }),
    [],
  ],
  [
    'a nested property becomes required',
    objectOf({ o: objectOf({ a: TEXT }) }),
    objectOf({ o: objectOf({ a: TEXT }, { required: ['a'] }) }),
    ['REQUIRED_ATTRIBUTE_ADDED /properties/o/required/0'],
  ],
  [
    'a name with a slash is escaped',
    objectOf({ 'a/b': objectOf({}) }),
    objectOf({ 'a/b': objectOf({}, { required: ['c'] }) }),
    ['REQUIRED_ATTRIBUTE_ADDED /properties/a~1b/required/0'],
  ],
];

const CONTENT: readonly Case[] = [
  [
    'an optional property is added to a closed object',
    objectOf({ a: TEXT }, CLOSED),
    objectOf({ a: TEXT, b: COUNT }, CLOSED),
    [],
  ],
  [
    'an optional property is added to an open object',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT, b: COUNT }),
    ['PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL /properties/b'],
  ],
  [
    'additionalProperties true leaves an object open',
    objectOf({}, { additionalProperties: true }),
    objectOf({ b: COUNT }),
    ['PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL /properties/b'],
  ],
  [
    'a property that allows anything is added to an open object',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT, b: { title: 'any' } }),
    [],
  ],
  [
    'a property is added that the partly open object covers',
    objectOf({}, TEXTS),
    objectOf({ b: { type: ['string', 'null'] } }, TEXTS),
    [],
  ],
  [
    'a property is added that the partly open object does not cover',
    objectOf({}, TEXTS),
    objectOf({ b: COUNT }, TEXTS),
    ['PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL /properties/b'],
  ],
  ['a property is removed from an open object', objectOf({ a: TEXT, b: COUNT }), objectOf({ a: TEXT }), []],
  [
    'a property is removed from a closed object',
    objectOf({ a: TEXT, b: COUNT }, CLOSED),
    objectOf({ a: TEXT }, CLOSED),
    ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL /properties/b'],
  ],
  [
    'a property that nothing matched is removed from a closed object',
    objectOf({ a: TEXT, b: false }, CLOSED),
    objectOf({ a: TEXT }, CLOSED),
    [],
  ],
  ['a property is removed that others cover', objectOf({ b: { const: 'x' } }, CLOSED), objectOf({}, TEXTS), []],
  [
    'a property is removed that others do not cover',
    objectOf({ b: COUNT }, TEXTS),
    objectOf({}, TEXTS),
    ['PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL /properties/b'],
  ],
  [
    'an open object is closed',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT }, CLOSED),
    ['ADDITIONAL_PROPERTIES_REMOVED /additionalProperties'],
  ],
  [
    'additionalProperties true is the same as none',
    objectOf({ a: TEXT }, { additionalProperties: true }),
    objectOf({ a: TEXT }),
    [],
  ],
  ['a closed object is opened', objectOf({ a: TEXT }, CLOSED), objectOf({ a: TEXT }), []],
  [
    'an open object is opened only in part',
    objectOf({ a: TEXT }),
    objectOf({ a: TEXT }, TEXTS),
    ['ADDITIONAL_PROPERTIES_NARROWED /additionalProperties'],
  ],
  [
    'other properties are narrowed',
    objectOf({}, TEXTS),
    objectOf({}, { additionalProperties: { type: 'string', maxLength: 3 } }),
    ['MAX_LENGTH_ADDED /additionalProperties/maxLength'],
  ],
  [
    'a partly open object is closed',
    objectOf({}, TEXTS),
    objectOf({}, CLOSED),
    ['ADDITIONAL_PROPERTIES_REMOVED /additionalProperties'],
  ],
  [
    'the type of a property changes',
    objectOf({ a: TEXT }),
    objectOf({ a: COUNT }),
    ['TYPE_CHANGED /properties/a/type'],
  ],
  [
    'a property of an array changes deep inside',
    objectOf({ a: { type: 'array', items: objectOf({ b: TEXT }) } }),
    objectOf({ a: { type: 'array', items: objectOf({ b: COUNT }) } }),
    ['TYPE_CHANGED /properties/a/items/properties/b/type'],
  ],
  [
    'an object without a type is an object all the same',
    { properties: { a: TEXT } },
    { properties: { a: COUNT } },
    ['TYPE_CHANGED /properties/a/type'],
  ],
];

describe('checkCompatibility of objects', () => {
  it.each(inBothDrafts([...REQUIRED, ...CONTENT]))('%s (%s)', (_fact, draft, _name, earlier, proposed, kinds) => {
    expect(compared(draft, earlier, proposed)).toEqual(kinds);
  });
});
