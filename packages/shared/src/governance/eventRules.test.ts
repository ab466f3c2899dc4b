import { describe, expect, it } from 'vitest';
import { checkEvent, idFault, typeFault } from './eventRules.ts';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const EVENT = {
  eventId: 'e-1',
  eventType: 'OrderPlaced',
  aggregateId: 'order-1',
  aggregateVersion: 1,
  timestamp: '2026-01-31T12:00:00.000Z',
  payload: {},
  metadata: {},
};
const FIELDS = [
  'eventId',
  'eventType',
  'aggregateId',
  'aggregateType',
  'aggregateVersion',
  'timestamp',
  'payload',
  'metadata',
  'recorded',
];
const TIME = 'ISO 8601 in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z';
const SCHEMA_VERSION = 'an integer from 1, or a string of 1 to 200 characters';

function check(given: unknown, bytesMax = 1_000_000): ReturnType<typeof checkEvent> {
  return checkEvent(given, 3, NOW, bytesMax);
}

type Told = readonly [pointer: string, keyword: string, expected: unknown, found: string | undefined, message: string];

/** Without what the rule leaves out. */
function told([pointer, keyword, expected, found, message]: Told): object {
  return {
    pointer,
    keyword,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    message: `${pointer} ${message}`,
  };
}

const VERSION = ['/aggregateVersion', 'version', 'an integer from 1'] as const;
const PLAIN = 'must be a plain JSON object';

const BROKEN: readonly (readonly [what: string, changes: object, told: Told])[] = [
  [
    'a field that no event has',
    { 'a/b': 1 },
    ['/a~1b', 'unknownField', FIELDS, undefined, 'is no field of an event; put it into payload or metadata'],
  ],
  [
    'a type that is a number',
    { eventType: 7 },
    ['/eventType', 'name', '1 to 1024 bytes of UTF-8', undefined, 'must be a string of 1 to 1024 bytes of UTF-8'],
  ],
  [
    'an empty id',
    { aggregateId: '' },
    ['/aggregateId', 'name', '1 to 1600 bytes of UTF-8', undefined, 'must not be empty'],
  ],
  [
    'half of a surrogate pair',
    { aggregateType: '\ud800' },
    [
      '/aggregateType',
      'name',
      '1 to 1024 bytes of UTF-8',
      undefined,
      'holds half of a surrogate pair; send well-formed Unicode',
    ],
  ],
  [
    'a long id',
    { aggregateId: 'é'.repeat(801) },
    [
      '/aggregateId',
      'name',
      '1 to 1600 bytes of UTF-8',
      undefined,
      'has 1602 bytes of UTF-8; at most 1600 are allowed',
    ],
  ],
  [
    'two dots',
    { aggregateId: '..' },
    ['/aggregateId', 'name', '1 to 1600 bytes of UTF-8', undefined, 'must not be . or .., which no URL can carry'],
  ],
  ['version -0', { aggregateVersion: -0 }, [...VERSION, '-0', 'must be an integer from 1']],
  ['version 0', { aggregateVersion: 0 }, [...VERSION, '0', 'must be an integer from 1']],
  ['a version as a text', { aggregateVersion: '1' }, [...VERSION, '"1"', 'must be an integer from 1']],
  ['no version', { aggregateVersion: null }, [...VERSION, 'null', 'must be an integer from 1']],
  ['versions', { aggregateVersion: [1] }, [...VERSION, 'array', 'must be an integer from 1']],
  [
    'a time without a zone',
    { timestamp: '2026-01-31' },
    ['/timestamp', 'timestamp', TIME, '"2026-01-31"', `must be ${TIME}; new Date(…).toISOString() writes it`],
  ],
  [
    'a time ahead',
    { timestamp: '2026-01-31T12:05:00.001Z' },
    [
      '/timestamp',
      'future',
      'at most 5 minutes ahead',
      '2026-01-31T12:05:00.001Z',
      "is more than 5 minutes ahead of the store's clock",
    ],
  ],
  ['no payload', { payload: null }, ['/payload', 'type', 'object', 'null', PLAIN]],
  ['a payload that is a text', { payload: 'secret' }, ['/payload', 'type', 'object', 'string', PLAIN]],
  ['metadata that are an array', { metadata: [] }, ['/metadata', 'type', 'object', 'array', PLAIN]],
  [
    'a reserved key',
    { metadata: { '$a/b': 1 } },
    [
      '/metadata/$a~1b',
      'reservedKey',
      'a key without the prefixes $ and nexus',
      undefined,
      'is reserved: keys that start with $ or nexus belong to the store; rename it',
    ],
  ],
  ...['correlationId', 'causationId', 'userId'].map(
    (key) =>
      [
        `a ${key} that is a number`,
        { metadata: { [key]: 7 } },
        [`/metadata/${key}`, 'type', 'string', '7', 'must be a string'],
      ] as const,
  ),
  ...(
    [
      [0, '0'],
      ['', '""'],
      ['v'.repeat(201), `"${'v'.repeat(60)}"`],
      [true, 'boolean'],
    ] as const
  ).map(
    ([schemaVersion, found]) =>
      [
        `a schema version that is ${found}`,
        { metadata: { schemaVersion } },
        ['/metadata/schemaVersion', 'schemaVersion', SCHEMA_VERSION, found, `must be ${SCHEMA_VERSION}`],
      ] as const,
  ),
  [
    'half of a surrogate pair in a value',
    { payload: { a: [1, '\udfff'] } },
    ['/payload/a/1', 'unicode', undefined, undefined, 'holds half of a surrogate pair; send well-formed Unicode'],
  ],
  [
    'half of a surrogate pair in a key',
    { payload: { a: { '\udfff': 1 } } },
    [
      '/payload/a',
      'unicode',
      undefined,
      undefined,
      'has a key with half of a surrogate pair; send well-formed Unicode',
    ],
  ],
  [
    'a value that JSON has not',
    { metadata: { a: undefined } },
    [
      '/metadata/a',
      'json',
      undefined,
      undefined,
      'is undefined, which JSON cannot hold; leave the field out or send null',
    ],
  ],
  [
    '-0',
    { payload: { a: -0 } },
    ['/payload/a', 'negativeZero', undefined, undefined, 'is -0, which JSON texts do not keep; send 0'],
  ],
  [
    'an instance of a class',
    { payload: { a: new Date(0) } },
    ['/payload/a', 'plainObject', undefined, undefined, 'is an instance of a class; send a plain object'],
  ],
];

describe('checkEvent', () => {
  it.each(BROKEN)(
    'says of %s where it is, what the rule asks for, what was found, and what to do',
    (_, changes, rule) => {
      const { violations } = check({ ...EVENT, ...changes });

      expect(violations).toStrictEqual([{ eventIndex: 3, eventId: 'e-1', ...told(rule) }]);
    },
  );

  it('says of an event that is no object that it must be one', () => {
    const { violations } = check('OrderPlaced');

    expect(violations).toStrictEqual([
      { eventIndex: 3, pointer: '', keyword: 'type', expected: 'object', message: 'event 3 must be a plain object' },
    ]);
  });

  it('leaves out an event id that is none', () => {
    const { violations } = check({ ...EVENT, eventId: '..' });

    expect(violations).toHaveLength(1);
    expect(violations?.[0]).not.toHaveProperty('eventId');
    expect(violations?.[0]?.pointer).toBe('/eventId');
  });

  it('tells each fault of a payload at its own place', () => {
    const { violations } = check({ ...EVENT, payload: { a: { b: Number.NaN }, c: [1n] } });

    expect(violations?.map(({ pointer }) => pointer)).toEqual(['/payload/a/b', '/payload/c/0']);
  });

  it('says how deep a payload may be', () => {
    let deep: object = {};
    for (let level = 0; level < 64; level++) deep = { a: deep };

    const { violations } = check({ ...EVENT, payload: deep });

    const pointer = `/payload${'/a'.repeat(64)}`;
    const message = `${pointer} is nested deeper than 64 levels; flatten it`;
    expect(violations).toStrictEqual([{ eventIndex: 3, eventId: 'e-1', pointer, keyword: 'depth', message }]);
  });

  it('tells at most 100 violations, whichever rules they break', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, 1]));

    const { violations } = check({ ...EVENT, ...fields, aggregateVersion: 0, metadata: { userId: 1 } });

    expect(violations).toHaveLength(100);
  });

  it.each([1, Number.MAX_SAFE_INTEGER, '1', 'v'.repeat(200)])('takes schema version %s', (schemaVersion) => {
    expect(check({ ...EVENT, metadata: { schemaVersion } }).violations).toBeUndefined();
  });

  it('takes the ids in metadata where they are strings', () => {
    const metadata = { correlationId: 'c-1', causationId: 'e-0', userId: '' };

    expect(check({ ...EVENT, metadata }).event?.metadata).toEqual(metadata);
  });

  it('copies the fields that clients give, and nothing else', () => {
    const recorded = { recordedAt: '2026-01-31T12:00:01.000Z', digest: '1:00' };

    expect(check({ ...EVENT, recorded }).event).toStrictEqual(EVENT);
    expect(check({ ...EVENT, aggregateType: 'Order' }).event).toStrictEqual({ ...EVENT, aggregateType: 'Order' });
  });

  it('counts the bytes that payload and metadata have at least', () => {
    const given = { ...EVENT, payload: { total: 1, note: 'ab' }, metadata: { userId: 'u' } };

    const atLeast = '{total1note0ab{userId0u'.length;
    expect(check(given)).toMatchObject({ bytesMin: atLeast });
  });
});

it('allows ids of 1,600 bytes, and types of 1,024', () => {
  expect([idFault('x'.repeat(1_600)), typeFault('x'.repeat(1_024))]).toEqual([undefined, undefined]);
  expect(idFault('x'.repeat(1_601))).toBe('has 1601 bytes of UTF-8; at most 1600 are allowed');
  expect(typeFault('x'.repeat(1_025))).toBe('has 1025 bytes of UTF-8; at most 1024 are allowed');
});
