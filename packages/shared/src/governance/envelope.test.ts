import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { InvalidEventError } from '../types/errors.ts';
import { digestOfAppend, digestOfEvent } from './digest.ts';
import { prepareAppend } from './envelope.ts';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const LIMITS = { eventBytesMax: 1_000, appendBytesMax: 1_500 };
const WIDE_LIMITS = { eventBytesMax: 10_000_000, appendBytesMax: 10_000_000 };

function event(changes: Record<string, unknown> = {}): DomainEvent {
  return {
    eventId: 'e-1',
    eventType: 'OrderPlaced',
    aggregateId: 'order-1',
    aggregateVersion: 1,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload: {},
    metadata: {},
    ...changes,
  } as DomainEvent;
}

function refusalOf(events: unknown, limits: typeof LIMITS = LIMITS): InvalidEventError {
  try {
    prepareAppend(events, NOW, limits);
  } catch (error) {
    return error as InvalidEventError;
  }
  throw new Error('the append was not refused');
}

describe('prepareAppend', () => {
  it.each([
    ['no array', 'events', {}],
    ['an empty array', 'events', []],
    ['no object', 'type', ['x']],
    ['an instance of a class', 'type', [new Date()]],
    ['an unknown field', 'unknownField', [event({ aggregateID: 'x' })]],
    ['an empty id', 'name', [event({ eventId: '' })]],
    ['an id that is a number', 'name', [event({ aggregateId: 7 })]],
    ['an id with half of a surrogate pair', 'name', [event({ aggregateId: '\ud800' })]],
    ['an id of one dot', 'name', [event({ aggregateId: '.' })]],
    ['an id of 1,601 bytes', 'name', [event({ aggregateId: `${'é'.repeat(800)}x` })]],
    ['a type of 1,025 bytes', 'name', [event({ eventType: 'x'.repeat(1_025) })]],
    ['an empty aggregate type', 'name', [event({ aggregateType: '' })]],
    ['version 0', 'version', [event({ aggregateVersion: 0 })]],
    ['a version with a fraction', 'version', [event({ aggregateVersion: 1.5 })]],
    ['a version as a string', 'version', [event({ aggregateVersion: '1' })]],
    ['a timestamp without a zone', 'timestamp', [event({ timestamp: '2026-01-31T12:00:00.000' })]],
    ['a timestamp without milliseconds', 'timestamp', [event({ timestamp: '2026-01-31T12:00:00Z' })]],
    ['a timestamp more than 5 minutes ahead', 'future', [event({ timestamp: '2026-01-31T12:05:00.001Z' })]],
    ['a payload that is an array', 'type', [event({ payload: [] })]],
    ['a missing payload', 'type', [event({ payload: undefined })]],
    ['an undefined value', 'json', [event({ payload: { a: undefined } })]],
    ['a BigInt', 'json', [event({ payload: { a: 1n } })]],
    ['a hole in an array', 'json', [event({ payload: { a: new Array(1) } })]],
    ['NaN', 'finite', [event({ payload: { a: Number.NaN } })]],
    ['-0', 'negativeZero', [event({ payload: { a: [-0] } })]],
    ['a Date in the payload', 'plainObject', [event({ payload: { a: new Date() } })]],
    ['a Map in the payload', 'plainObject', [event({ payload: { a: new Map() } })]],
    ['a lone surrogate in a string', 'unicode', [event({ payload: { a: 'x\udfff' } })]],
    ['a lone surrogate in a key', 'unicode', [event({ payload: { '\udfff': 1 } })]],
    ['reserved metadata', 'reservedKey', [event({ metadata: { $trace: 'x' } })]],
    ['reserved metadata of Nexus', 'reservedKey', [event({ metadata: { nexusTrace: 'x' } })]],
    ['a correlation id that is a number', 'type', [event({ metadata: { correlationId: 1 } })]],
    ['schema version 0', 'schemaVersion', [event({ metadata: { schemaVersion: 0 } })]],
    ['one id twice', 'uniqueEventId', [event(), event({ aggregateVersion: 2 })]],
    ['versions that do not follow', 'sequence', [event(), event({ eventId: 'e-2', aggregateVersion: 3 })]],
  ])('refuses %s by the rule %s', (_what, keyword, events) => {
    const refusal = refusalOf(events);

    expect(refusal.code).toBe('INVALID_EVENT');
    expect(refusal.violations.map((violation) => violation.keyword)).toContain(keyword);
  });

  it('names the event, the field by its pointer, and the remedy', () => {
    const refusal = refusalOf([
      event(),
      event({ eventId: 'e-2', aggregateVersion: 2, payload: { 'a/b': [{ '~': Number.NaN }] } }),
    ]);

    expect(refusal.violations[0]).toEqual({
      eventIndex: 1,
      eventId: 'e-2',
      pointer: '/payload/a~1b/0/~0',
      keyword: 'finite',
      message: '/payload/a~1b/0/~0 is NaN; numbers must be finite',
    });
    expect(refusal.details).toEqual({
      eventIndex: 1,
      eventId: 'e-2',
      errors: ['/payload/a~1b/0/~0 is NaN; numbers must be finite'],
    });
  });

  it('says of an append without events that it must have some', () => {
    const message = 'events must be an array of at least one event';

    expect(refusalOf([]).violations).toEqual([
      { pointer: '', keyword: 'events', expected: 'a non-empty array', message },
    ]);
  });

  it('says which event has the same id', () => {
    const refusal = refusalOf([event(), event({ aggregateVersion: 2 })]);

    expect(refusal.violations).toEqual([
      {
        eventIndex: 1,
        eventId: 'e-1',
        pointer: '/eventId',
        keyword: 'uniqueEventId',
        found: 'e-1',
        message: '/eventId "e-1" is also the id of event 0 of this append; give each event its own',
      },
    ]);
  });

  it('says which version must follow', () => {
    const refusal = refusalOf([event({ aggregateVersion: 4 }), event({ eventId: 'e-2', aggregateVersion: 6 })]);

    expect(refusal.violations).toEqual([
      {
        eventIndex: 1,
        eventId: 'e-2',
        pointer: '/aggregateVersion',
        keyword: 'sequence',
        expected: 5,
        found: '6',
        message: '/aggregateVersion is 6, but follows 4 of the same aggregate; it must be 5',
      },
    ]);
  });

  it('names no event by an id that is none', () => {
    expect(refusalOf([event({ eventId: 7 })]).details).not.toHaveProperty('eventId');
    expect(refusalOf([event({ eventId: 'x'.repeat(1_601) })]).details).not.toHaveProperty('eventId');
  });

  it('reports at most 100 unknown fields or reserved keys, with names cut to 60 characters', () => {
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${prefix}${index}/${'x'.repeat(1_000)}`, 1]));

    for (const wrong of [event({ metadata: many('$') }), event(many('f'))]) {
      const refusal = refusalOf([wrong], WIDE_LIMITS);
      expect(refusal.violations).toHaveLength(100);
      expect(refusal.violations[0]?.pointer).toMatch(/~1x+…$/);
      expect(refusal.message.length).toBeLessThan(30_000);
    }
  });

  it('stays short, however long names are and however many events are wrong', () => {
    const longKey = 'k'.repeat(1_000_000);
    const values = { [longKey]: Array.from({ length: 200 }, () => Number.NaN) };
    const repeated = Array.from({ length: 2_000 }, (_, index) => event({ aggregateVersion: index + 1 }));

    for (const events of [[event({ payload: values })], [event({ eventId: longKey, other: 1 })], repeated]) {
      const refusal = refusalOf(events, WIDE_LIMITS);
      expect(refusal.violations.length).toBeLessThanOrEqual(100);
      expect(JSON.stringify(refusal.violations).length + refusal.message.length).toBeLessThan(100_000);
    }
  });

  it('never quotes a payload that is no object', () => {
    expect(JSON.stringify(refusalOf([event({ payload: 'hunter2' })]).violations)).not.toContain('hunter2');
  });

  it('never quotes a value of the payload', () => {
    const refusal = refusalOf([event({ payload: { secret: 'hunter2\ud800' } })]);

    expect(JSON.stringify(refusal.violations)).not.toContain('hunter2');
  });

  it('takes 64 levels and refuses 65', () => {
    const nested = (levels: number): unknown => (levels === 1 ? {} : { a: nested(levels - 1) });

    expect(prepareAppend([event({ payload: nested(64) })], NOW, LIMITS).events).toHaveLength(1);
    expect(refusalOf([event({ payload: nested(65) })]).violations[0]?.keyword).toBe('depth');
  });

  it('stores what it has checked, even where a getter answers something else each time', () => {
    let asked = 0;
    const answers = [1, Number.NaN, () => {}];
    const payload = Object.defineProperty({}, 'a', { enumerable: true, get: () => answers[asked++] });

    const [prepared] = prepareAppend([event({ payload })], NOW, LIMITS).events;

    expect(prepared?.event.payload).toEqual({ a: 1 });
    expect(prepared?.payloadText).toBe('{"a":1}');
  });

  it('stores the id that it has checked, even where a getter answers something else each time', () => {
    const answers = ['order-1', 'order-2', ''];
    const given = Object.defineProperty(event(), 'aggregateId', { enumerable: true, get: () => answers.shift() });

    const [prepared] = prepareAppend([given], NOW, LIMITS).events;

    expect(prepared?.event.aggregateId).toBe('order-1');
  });

  it('reports at most 100 violations of a payload', () => {
    const refusal = refusalOf([event({ payload: { a: Array.from({ length: 1_000 }, () => undefined) } })]);

    expect(refusal.violations).toHaveLength(100);
  });

  it('takes what a rule allows at its bound', () => {
    const events = [event({ aggregateId: 'é'.repeat(800), timestamp: '2026-01-31T12:05:00.000Z' })];

    expect(prepareAppend(events, NOW, { ...LIMITS, eventBytesMax: 5_000, appendBytesMax: 5_000 }).events).toHaveLength(
      1,
    );
  });

  it('takes objects of other realms and without a prototype', () => {
    const payload = Object.assign(Object.create(null), { a: 1 });

    expect(prepareAppend([event({ payload })], NOW, LIMITS).events[0]?.payloadText).toBe('{"a":1}');
  });

  it('keeps __proto__ and constructor as data', () => {
    const payloadText = '{"__proto__":{"x":1},"constructor":2}';
    const payload = JSON.parse(payloadText);

    const [prepared] = prepareAppend([event({ payload })], NOW, LIMITS).events;

    expect(prepared?.payloadText).toBe(payloadText);
    expect(Object.keys(prepared?.event.payload ?? {})).toEqual(['__proto__', 'constructor']);
  });

  it('keeps as data what objects inherit and must not be assigned, as where their prototypes are frozen', () => {
    const payload = JSON.parse('{"frozen":{"frozen":1}}');
    const digest = digestOfEvent(event({ payload }));
    Object.defineProperty(Object.prototype, 'frozen', { value: 0, writable: false, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'frozen'));

    const [prepared] = prepareAppend([event({ payload })], NOW, LIMITS).events;

    expect(prepared?.payloadText).toBe('{"frozen":{"frozen":1}}');
    expect(prepared?.digest).toBe(digest);
  });

  it('counts bytes of canonical JSON, not characters', () => {
    const bytes = prepareAppend([event()], NOW, LIMITS).bytes;

    expect(prepareAppend([event({ payload: { a: '😀' } })], NOW, LIMITS).bytes).toBe(bytes + '"a":""'.length + 4);
  });

  it('takes an event at the limit and refuses one byte more', () => {
    const fill = 1_000 - prepareAppend([event({ payload: { a: '' } })], NOW, LIMITS).bytes;

    expect(prepareAppend([event({ payload: { a: 'x'.repeat(fill) } })], NOW, LIMITS).bytes).toBe(1_000);
    expect(refusalOf([event({ payload: { a: 'x'.repeat(fill + 1) } })])).toMatchObject({
      code: 'EVENT_TOO_LARGE',
      message:
        'Event e-1 has 1001 bytes of canonical JSON; this store takes 1000. Keep large documents elsewhere and refer to them',
      details: { eventIndex: 0, eventId: 'e-1', bytes: 1_001, bytesMax: 1_000 },
    });
  });

  it('stops counting an event that is far too large, since objects that are there often make a text without end', () => {
    let often: unknown = {};
    for (let level = 0; level < 30; level++) often = { a: often, b: [often, 'x'.repeat(100)] };

    for (const refusal of [refusalOf([event({ payload: { often } })]), refusalOf([event({ metadata: { often } })])]) {
      expect(refusal.message).toMatch(
        /^Event e-1 has at least 1\d{3} bytes of canonical JSON; this store takes 1000\. /,
      );
      expect(refusal).toMatchObject({ code: 'EVENT_TOO_LARGE', details: { eventIndex: 0, eventId: 'e-1' } });
    }
  });

  it('refuses an append whose events are too large together', () => {
    const events = [1, 2].map((version) =>
      event({ eventId: `e-${version}`, aggregateVersion: version, payload: { a: 'x'.repeat(700) } }),
    );

    const { bytes } = prepareAppend(events, NOW, WIDE_LIMITS);
    expect(prepareAppend(events, NOW, { ...LIMITS, appendBytesMax: bytes }).bytes).toBe(bytes);
    expect(refusalOf(events, { ...LIMITS, appendBytesMax: bytes - 1 })).toMatchObject({
      code: 'APPEND_TOO_LARGE',
      message: `The append has ${bytes} bytes of canonical JSON; this store takes ${bytes - 1}. Split it into smaller appends`,
      details: { actual: bytes, max: bytes - 1, unit: 'bytes' },
    });
  });

  it('copies, so that its caller can no longer change what is stored', () => {
    const payload = { items: [1] };
    const [prepared] = prepareAppend([event({ payload })], NOW, LIMITS).events;

    payload.items.push(2);

    expect(prepared?.event.payload).toEqual({ items: [1] });
    expect(prepared?.payloadText).toBe('{"items":[1]}');
  });

  it('gives each aggregate its share, in the order of first appearance', () => {
    const events = [
      event(),
      event({ eventId: 'e-2', aggregateId: 'order-2' }),
      event({ eventId: 'e-3', aggregateVersion: 2 }),
    ];

    expect(prepareAppend(events, NOW, LIMITS).shares).toEqual([
      { aggregateId: 'order-1', fromVersion: 1, toVersion: 2 },
      { aggregateId: 'order-2', fromVersion: 1, toVersion: 1 },
    ]);
  });

  it('digests the events of one aggregate in their order', () => {
    const events = [event(), event({ eventId: 'e-2', aggregateVersion: 2 })];

    expect(prepareAppend(events, NOW, LIMITS).digest).toBe(digestOfAppend(events.map(digestOfEvent)));
  });

  it('digests the events of several aggregates share by share', () => {
    const events = [
      event(),
      event({ eventId: 'e-2', aggregateId: 'order-2' }),
      event({ eventId: 'e-3', aggregateVersion: 2 }),
    ] as const;

    const shareByShare = [events[0], events[2], events[1]].map(digestOfEvent);
    expect(prepareAppend(events, NOW, LIMITS).digest).toBe(digestOfAppend(shareByShare));
  });

  it('prepares any JSON object exactly as given', () => {
    const value = fc.jsonValue({ maxDepth: 5 }).filter((one) => !JSON.stringify(one).includes('-0'));

    fc.assert(
      fc.property(value, (a) => {
        const given = JSON.parse(JSON.stringify({ a }));
        const [prepared] = prepareAppend([event({ payload: given })], NOW, {
          eventBytesMax: 1e6,
          appendBytesMax: 1e6,
        }).events;
        expect(prepared?.event.payload).toEqual(given);
        expect(prepared?.payloadText).toBe(JSON.stringify(given));
      }),
    );
  });
});
