import { once } from 'node:events';
import { get } from 'node:http';
import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { ReadAggregateOptions, RecordedEvent } from '@nexus/shared';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../problems.ts';
import { apiOn, appendMany, eventOf, serve } from '../testing/serving.ts';

const LINES = { accept: 'application/x-ndjson' };

const versionsOf = (events: readonly RecordedEvent[]) => events.map(({ aggregateVersion }) => aggregateVersion);
const codeOf = async (answer: Response) => ((await answer.json()) as Problem).code;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('as JSON', () => {
  it('answers the events with what the store recorded', async () => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 2);
    const api = await apiOn(store);

    const answer = await api.inject('/api/aggregates/order-1/events');

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ events: await store.getEvents('order-1') });
  });

  it('answers no events of an unknown aggregate', async () => {
    const api = await apiOn(new InMemoryEventStore());

    const answer = await api.inject('/api/aggregates/order-1/events');

    expect([answer.statusCode, answer.json()]).toEqual([200, { events: [] }]);
  });

  it('answers both ends of a range', async () => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 9);
    const api = await apiOn(store);

    const answer = await api.inject('/api/aggregates/order-1/events?fromVersion=3&toVersion=5');

    expect(versionsOf(answer.json().events)).toEqual([3, 4, 5]);
  });

  it('gives a cursor until every event of the range was answered', async () => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 2_300);
    const api = await apiOn(store);
    const url = '/api/aggregates/order-1/events?fromVersion=11&toVersion=2200';

    const first = (await api.inject(url)).json();
    const second = (await api.inject(`${url}&cursor=${first.cursor}`)).json();
    const third = (await api.inject(`${url}&cursor=${second.cursor}`)).json();

    expect([first, second, third].map(({ events }) => events.length)).toEqual([1_000, 1_000, 190]);
    expect(versionsOf([first, second, third].flatMap(({ events }) => events))).toEqual(range(11, 2_200));
    expect(third.cursor).toBeUndefined();
  });

  it('gives no cursor when exactly 1,000 events are left', async () => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 1_000);
    const api = await apiOn(store);

    const answer = await api.inject('/api/aggregates/order-1/events');

    expect(answer.json().events).toHaveLength(1_000);
    expect(answer.json().cursor).toBeUndefined();
  });

  it('ends a page early when its events are large', async () => {
    const store = new InMemoryEventStore();
    const payload = { text: 'x'.repeat(900_000) };
    for (const version of range(1, 12)) await store.append([eventOf('order-1', version, { payload })]);
    const api = await apiOn(store);

    const first = (await api.inject('/api/aggregates/order-1/events')).json();
    const second = (await api.inject(`/api/aggregates/order-1/events?cursor=${first.cursor}`)).json();

    expect(versionsOf(first.events)).toEqual(range(1, 10));
    expect(versionsOf(second.events)).toEqual([11, 12]);
  });

  it.each([
    ['of another aggregate', '/api/aggregates/order-2/events?'],
    ['of another range', '/api/aggregates/order-1/events?fromVersion=2&'],
  ])('refuses a cursor %s', async (_case, url) => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 1_001);
    const api = await apiOn(store);
    const { cursor } = (await api.inject('/api/aggregates/order-1/events')).json();

    const answer = await api.inject(`${url}cursor=${cursor}`);

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'CURSOR_INVALID']);
  });

  it('refuses a cursor that it did not give out', async () => {
    const api = await apiOn(new InMemoryEventStore());

    const answer = await api.inject('/api/aggregates/order-1/events?cursor=MTIz');

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'CURSOR_INVALID']);
  });
});

describe('an id in the path', () => {
  it.each([
    ['a slash', 'a/b'],
    ['the signs of a query and a fragment', 'a?b=c&d#e'],
    ['a bar', 'a|b'],
    ['a NUL', 'NUL\u0000byte'],
    ['an emoji', '🛒 basket'],
    ['what looks like an encoding', '%2F'],
    ['an encoding of an encoding', '%252F'],
    ['a lone per cent sign', 'a%'],
    ['three dots', '...'],
    ['reserved characters', 'a+b;c,d=e@f:g$h'],
    ['a backslash', '\\'],
    ['the name of the prototype', '__proto__'],
    ['1,600 bytes in 800 characters', 'é'.repeat(800)],
    ['1,600 bytes that are all encoded', '%'.repeat(1_600)],
  ])('may hold %s', async (_case, id) => {
    const store = new InMemoryEventStore();
    await store.append([eventOf(id, 1)]);
    const { url } = await serve(store);

    const events = await fetch(`${url}/api/aggregates/${encodeURIComponent(id)}/events`);
    const receipt = await fetch(`${url}/api/aggregates/${encodeURIComponent(id)}/receipts/1`);

    expect(await events.json()).toEqual({ events: await store.getEvents(id) });
    expect(await receipt.json()).toEqual(await store.getReceipt(id, 1));
  });
});

describe('as lines', () => {
  it('streams every event of a long aggregate', async () => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 20_000);
    const { url } = await serve(store);

    const answer = await fetch(`${url}/api/aggregates/order-1/events?fromVersion=2`, { headers: LINES });

    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(versionsOf(lines.map((line) => JSON.parse(line)))).toEqual(range(2, 20_000));
  });

  it('answers an empty stream for an unknown aggregate', async () => {
    const { url } = await serve(new InMemoryEventStore());

    const answer = await fetch(`${url}/api/aggregates/order-1/events`, { headers: LINES });

    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('answers a problem when the read cannot begin', async () => {
    const { url } = await serve(new InMemoryEventStore());

    const answer = await fetch(`${url}/api/aggregates/${'%E2%82%AC'.repeat(534)}/events`, { headers: LINES });

    expect([answer.status, await codeOf(answer)]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  it('breaks the connection off when the read fails on the way', async () => {
    const store = new FailingRead();
    await appendMany(store, 'order-1', 5_000);
    const { url } = await serve(store);

    const answer = await fetch(`${url}/api/aggregates/order-1/events`, { headers: LINES });

    await expect(answer.text()).rejects.toThrow();
  });

  it('reads no further than the client does, and ends the read when it goes away', async () => {
    const store = new CountingRead();
    await appendMany(store, 'order-1', 50_000);
    const { url } = await serve(store);
    const request = get(`${url}/api/aggregates/order-1/events`, { headers: LINES });
    const [response] = await once(request, 'response');
    await once(response, 'readable');

    response.destroy();
    await store.ended;

    expect(store.read).toBeLessThan(40_000);
  });
});

/** Says how far it was read, and when the read ended. */
class CountingRead extends InMemoryEventStore {
  read = 0;
  readonly #ended = Promise.withResolvers<void>();
  readonly ended = this.#ended.promise;

  override async *readAggregate(id: string, options?: ReadAggregateOptions): AsyncGenerator<RecordedEvent> {
    try {
      for await (const event of super.readAggregate(id, options)) {
        this.read++;
        yield event;
      }
    } finally {
      this.#ended.resolve();
    }
  }
}

/** Fails behind event 3,000. */
class FailingRead extends InMemoryEventStore {
  override async *readAggregate(id: string, options?: ReadAggregateOptions): AsyncGenerator<RecordedEvent> {
    for await (const event of super.readAggregate(id, options)) {
      if (event.aggregateVersion > 3_000) throw new RangeError('page lost');
      yield event;
    }
  }
}
