import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { apiOn, eventOf, post } from './testing/serving.ts';

const VALID = JSON.stringify({ events: [eventOf('order-1', 1)] });

/** The body of a valid append, with one thing wrong. */
function withPayload(payload: string): string {
  return VALID.replace('{"total":12}', payload);
}

function withField(field: string, value: unknown): string {
  return JSON.stringify({ events: [{ ...eventOf('order-1', 1), [field]: value }] });
}

function without(field: string): string {
  return JSON.stringify({ events: [{ ...eventOf('order-1', 1), [field]: undefined }] });
}

describe('a body that is refused as JSON', () => {
  it.each([
    ['nothing', ''],
    ['a broken text', '{"events":['],
    ['a text behind the JSON', `${VALID} 1`],
    ['a duplicate key', withPayload('{"a":1,"a":2}')],
    ['a duplicate key in other letters', withPayload('{"a":1,"\\u0061":2}')],
    ['an integer that loses digits', withPayload('{"a":12345678901234567890}')],
    ['a fraction that loses digits', withPayload('{"a":0.12345678901234567890123}')],
    ['a number without an end', withPayload('{"a":1e999}')],
    ['negative zero', withPayload('{"a":-0}')],
    ['half of a surrogate pair', withPayload('{"a":"\\ud800"}')],
    ['NaN', withPayload('{"a":NaN}')],
    ['nesting without an end', withPayload(`{"a":${'['.repeat(200_000)}`)],
    ['bytes that are no UTF-8', Buffer.from(withPayload('{"a":"§"}'), 'latin1')],
  ])('holds %s', async (_case, body) => {
    const store = new InMemoryEventStore();
    const api = await apiOn(store);

    const answer = await post(api, body);

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_JSON']);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(await store.getVersion('order-1')).toBe(0);
  });
});

describe('an append that is refused', () => {
  it.each([
    ['is an array', '[]', 'INVALID_ARGUMENT', 'body'],
    ['is null', 'null', 'INVALID_ARGUMENT', 'body'],
    ['has no events', '{}', 'INVALID_ARGUMENT', 'events is required'],
    ['has an empty array of events', '{"events":[]}', 'INVALID_ARGUMENT', 'events must not be empty'],
    ['has an object for its events', '{"events":{}}', 'INVALID_ARGUMENT', 'events must be array'],
    ['has an unknown field beside the events', '{"events":[],"mode":1}', 'INVALID_ARGUMENT', 'mode is unknown here'],
    ['has null for an event', '{"events":[null]}', 'INVALID_EVENT', 'event must be object'],
    ['has an unknown field', withField('colour', 'red'), 'INVALID_EVENT', '/colour is no field of an event'],
    ['has an unknown __proto__', VALID.replace('"payload"', '"__proto__":{},"payload"'), 'INVALID_EVENT', '/__proto__'],
    ['lacks a field', without('timestamp'), 'INVALID_EVENT', '/timestamp is required'],
    ['lacks metadata', without('metadata'), 'INVALID_EVENT', '/metadata is required'],
    [
      'has digits for its version',
      withField('aggregateVersion', '1'),
      'INVALID_EVENT',
      '/aggregateVersion must be integer',
    ],
    ['has a fraction for its version', withField('aggregateVersion', 1.5), 'INVALID_EVENT', '/aggregateVersion'],
    ['has version 0', withField('aggregateVersion', 0), 'INVALID_EVENT', '/aggregateVersion must be >= 1'],
    ['has a number for its id', withField('eventId', 7), 'INVALID_EVENT', '/eventId must be string'],
    ['has an empty id', withField('eventId', ''), 'INVALID_EVENT', '/eventId must not be empty'],
    ['has an id that no URL can carry', withField('aggregateId', '..'), 'INVALID_EVENT', '/aggregateId'],
    ['has an id of more bytes than 1,600', withField('aggregateId', '€'.repeat(534)), 'INVALID_EVENT', '/aggregateId'],
    ['has an array for its payload', withField('payload', []), 'INVALID_EVENT', '/payload must be object'],
    ['has text for its payload', withField('payload', '{}'), 'INVALID_EVENT', '/payload must be object'],
    ['has a reserved key', withField('metadata', { nexusId: 1 }), 'INVALID_EVENT', '/metadata/nexusId'],
    ['has a date without a zone', withField('timestamp', '2026-01-31T12:00:00.000'), 'INVALID_EVENT', '/timestamp'],
    [
      'has a date that does not exist',
      withField('timestamp', '2026-02-30T12:00:00.000Z'),
      'INVALID_EVENT',
      '/timestamp',
    ],
    ['has a number for its date', withField('timestamp', 1769860800000), 'INVALID_EVENT', '/timestamp must be string'],
  ])('%s', async (_case, body, code, detail) => {
    const store = new InMemoryEventStore();
    const api = await apiOn(store);

    const answer = await post(api, body);

    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
    expect(answer.json().detail).toContain(detail);
    expect(await store.getVersion('order-1')).toBe(0);
  });

  it('names the event and the place of the violation', async () => {
    const api = await apiOn(new InMemoryEventStore());

    const answer = await post(api, { events: [eventOf('order-1', 1), { ...eventOf('order-1', 2), 'a/b~c': 1 }] });

    expect(answer.json().violations).toMatchObject([
      { eventIndex: 1, pointer: '/a~1b~0c', keyword: 'additionalProperties' },
    ]);
    expect(answer.json().details).toMatchObject({ eventIndex: 1 });
  });
});

it('answers 413, naming the limit, when the body is larger than it', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store, { bodyLimitBytes: 100 });

  const answer = await post(api, { events: [eventOf('order-1', 1)] });

  expect(answer.statusCode).toBe(413);
  expect(answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE', details: { bytesMax: 100 } });
  expect(await store.getVersion('order-1')).toBe(0);
});

it('answers 413 when an event is larger than the store takes', async () => {
  const store = new InMemoryEventStore();
  const { eventBytesMax } = store.capabilities;
  const api = await apiOn(store, { bodyLimitBytes: 2 * eventBytesMax });

  const answer = await post(api, { events: [eventOf('order-1', 1, { payload: { text: 'x'.repeat(eventBytesMax) } })] });

  expect([answer.statusCode, answer.json().code]).toEqual([413, 'EVENT_TOO_LARGE']);
});

it.each([
  ['text/plain', {}],
  ['application/x-www-form-urlencoded', {}],
  ['multipart/form-data; boundary=x', {}],
  ['application/jsonp', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
])('answers 415 to a body of type %s with the headers %j', async (type, headers) => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);

  const answer = await api.inject({
    method: 'POST',
    url: '/api/events',
    headers: { 'content-type': type, ...headers },
    body: VALID,
  });

  expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  expect(await store.getVersion('order-1')).toBe(0);
});

it('answers 415 to a body without a type', async () => {
  const api = await apiOn(new InMemoryEventStore());

  const answer = await api.inject({ method: 'POST', url: '/api/events', body: Buffer.from(VALID) });

  expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

describe('a parameter that is refused', () => {
  const range = 'startTime=2026-01-01T00:00:00.000Z&endTime=2026-02-01T00:00:00.000Z';

  it.each([
    ['/api/aggregates/a/events?fromVersion=0', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=-1', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=1e3', 'fromVersion must be an integer, in digits only'],
    ['/api/aggregates/a/events?fromVersion=01', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=%201', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=9007199254740993', 'fromVersion'],
    ['/api/aggregates/a/events?fromVersion=1&fromVersion=2', 'fromVersion'],
    ['/api/aggregates/a/events?fromversion=1', 'fromversion is unknown here'],
    ['/api/aggregates/a/events?__proto__=1', '__proto__ is unknown here'],
    ['/api/aggregates/a/receipts/one', 'version must be an integer'],
    ['/api/aggregates/a/receipts/0', 'version'],
    ['/api/aggregates/a/receipts/1?a=1', 'a is unknown here'],
    [`/api/aggregates/${'a'.repeat(1_601)}/events`, 'id'],
    [`/api/aggregates/${encodeURIComponent('€'.repeat(534))}/events`, 'aggregateId'],
    [`/api/events?${range}`, 'eventType is required'],
    [`/api/events?eventType=OrderPlaced&${range}&limit=10001`, 'limit'],
    ['/api/events?eventType=OrderPlaced&startTime=2026-01-01T00:00:00&endTime=2026-02-01T00:00:00Z', 'startTime'],
    [`/api/events?eventType=OrderPlaced&${range}&clientId=other`, 'clientId is unknown here'],
    ['/api/feed?from=', 'from must not be empty'],
    ['/api/feed?since=start', 'since is unknown here'],
  ])('%s', async (url, detail) => {
    const api = await apiOn(new InMemoryEventStore());

    const answer = await api.inject(url);

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.json().detail).toContain(detail);
  });

  it.each(['/api/aggregates/%ff/events', '/api/aggregates/%/events', '/api/aggregates/%ed%a0%80/events'])(
    '%s, whose path is no UTF-8',
    async (url) => {
      const api = await apiOn(new InMemoryEventStore());

      const answer = await api.inject(url);

      expect([answer.statusCode, answer.json().code]).toEqual([400, 'MALFORMED_URL']);
    },
  );

  it.each(['%ff', '%', '%ed%a0%80'])('eventType=%s, which is no UTF-8', async (eventType) => {
    const api = await apiOn(new InMemoryEventStore());

    const answer = await api.inject(`/api/events?eventType=${eventType}&${range}`);

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'MALFORMED_URL']);
  });

  it.each(['/api/aggregates/./events', '/api/aggregates/%2e%2e/events'])(
    '%s, an id that no URL can carry',
    async (url) => {
      const api = await apiOn(new InMemoryEventStore());

      const answer = await api.inject(url);

      expect([400, 404]).toContain(answer.statusCode);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    },
  );
});
