import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { ConsumerOptions, EventHandler, Subscription } from '@nexus/shared';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../../../testing/ManualClock.ts';
import { FeedReader } from '../testing/FeedReader.ts';
import { apiOn, appendMany, eventOf, serve } from '../testing/serving.ts';

async function follow(url: string, headers?: Record<string, string>): Promise<FeedReader> {
  const reader = await FeedReader.open(url, headers);
  onTestFinished(() => reader.leave());
  return reader;
}

it('sends every event from the start, as it was recorded', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 3);
  const { url } = await serve(store);

  const reader = await follow(`${url}/api/feed?from=start`);
  const messages = await reader.take(3);

  expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(messages.map(({ event }) => event)).toEqual(await store.getEvents('order-1'));
});

it('sends only what is stored after it began, when nothing else is said', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 3);
  const { url } = await serve(store);
  const reader = await follow(`${url}/api/feed`);

  await store.append([eventOf('order-1', 4)]);
  const [, message] = await reader.take(2);

  expect(message?.event?.aggregateVersion).toBe(4);
});

it('begins with the id of its place, by which a client resumes that went away before the first event', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 3);
  const { url } = await serve(store);
  const first = await follow(`${url}/api/feed`);
  const place = await first.next();
  first.leave();
  await store.append([eventOf('order-1', 4)]);

  const resumed = await follow(`${url}/api/feed`, { 'last-event-id': place?.id ?? '' });
  const [, message] = await resumed.take(2);

  expect(place).toEqual({ comment: false, id: expect.any(String) });
  expect(message?.event?.aggregateVersion).toBe(4);
});

it.each([
  ['the header Last-Event-ID, before the parameter', (id: string) => ['?from=start', { 'last-event-id': id }] as const],
  ['the parameter', (id: string) => [`?from=${id}`, {}] as const],
])('resumes behind a checkpoint given by %s', async (_case, request) => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 5);
  const { url } = await serve(store);
  const first = await follow(`${url}/api/feed?from=start`);
  const [, second] = await first.take(2);
  const [query, headers] = request(second?.id ?? '');
  first.leave();

  const resumed = await follow(`${url}/api/feed${query}`, headers);
  const [, ...messages] = await resumed.take(4);

  expect(messages.map(({ event }) => event?.aggregateVersion)).toEqual([3, 4, 5]);
});

it.each([
  ['is none', async () => 'none'],
  ['belongs to another store', checkpointOfAnotherStore],
])('answers a problem instead of a stream when the checkpoint %s', async (_case, checkpoint) => {
  const store = new InMemoryEventStore();
  const { url } = await serve(store);

  const { response } = await follow(`${url}/api/feed?from=${await checkpoint()}`);

  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code: 'CHECKPOINT_INVALID' });
});

it('sends a comment when the feed has been silent', async () => {
  const clock = new ManualClock();
  const { url } = await serve(new InMemoryEventStore(), { clock, heartbeatMs: 15_000 });
  const reader = await follow(`${url}/api/feed`);

  await clock.untilSomebodySleeps();
  clock.advance(15_000);
  const message = await reader.next();

  expect(message).toEqual({ comment: true });
});

it('ends the subscription when the client goes away', async () => {
  const store = new WatchedStore();
  const { url } = await serve(store);
  const reader = await FeedReader.open(`${url}/api/feed`);

  reader.leave();

  await expect(store.subscriptions[0]?.closed).resolves.toBeUndefined();
});

it('reads no further than the client does', async () => {
  const store = new WatchedStore();
  const payload = { text: 'x'.repeat(100_000) };
  for (let version = 1; version <= 300; version++) await store.append([eventOf('order-1', version, { payload })]);
  const { url } = await serve(store);

  const reader = await follow(`${url}/api/feed?from=start`);
  await store.untilStalled();
  const whileSlow = store.subscriptions[0]?.status().delivered;
  const messages = await reader.take(300);

  expect(whileSlow).toBeLessThan(250);
  expect(messages.map(({ event }) => event?.aggregateVersion)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
});

it('breaks the connection off when the feed fails on the way', async () => {
  const store = new WatchedStore();
  await appendMany(store, 'order-1', 2);
  const { url } = await serve(store);
  const reader = await follow(`${url}/api/feed?from=start`);
  await reader.take(2);

  store.fail(new RangeError('feed lost'));

  await expect(reader.next()).rejects.toThrow();
});

it('refuses more feeds than the setting allows, until one ends', async () => {
  const store = new WatchedStore();
  const { url } = await serve(store, { feedsMax: 1 });
  const first = await FeedReader.open(`${url}/api/feed`);

  const { response } = await follow(`${url}/api/feed`);
  first.leave();
  await store.subscriptions[0]?.closed;
  const next = await follow(`${url}/api/feed`);

  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ code: 'FEEDS_EXHAUSTED', retryable: true });
  expect(next.response.status).toBe(200);
});

it('answers 501 when the store has no feed', async () => {
  const store = new InMemoryEventStore();
  Object.defineProperty(store, 'subscribeToStream', { value: undefined });
  const api = await apiOn(store);

  const answer = await api.inject('/api/feed');

  expect([answer.statusCode, answer.json().code]).toEqual([501, 'NOT_SUPPORTED']);
});

async function checkpointOfAnotherStore(): Promise<string> {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 1);
  const { promise, resolve } = Promise.withResolvers<string>();
  store.subscribeToStream(async (_event, { checkpoint }) => resolve(checkpoint), { from: 'start' });
  return promise;
}

/** Lets a test see the subscriptions, and wait until a handler is slow. */
class WatchedStore extends InMemoryEventStore {
  readonly subscriptions: Subscription[] = [];
  readonly #failure = Promise.withResolvers<void>();
  #calls = 0;

  override subscribeToStream(handler: EventHandler, options?: ConsumerOptions): Subscription {
    const counting: EventHandler = async (event, context) => {
      this.#calls++;
      await handler(event, context);
      this.#calls--;
    };
    const subscription = super.subscribeToStream(counting, options);
    this.subscriptions.push(subscription);
    const closed = Promise.race([subscription.closed, this.#failure.promise]);
    return Object.defineProperty(subscription, 'closed', { value: closed });
  }

  fail(error: Error): void {
    this.#failure.reject(error);
  }

  /** Resolves when one handler call has stayed the same for many turns of the event loop. */
  async untilStalled(): Promise<void> {
    let delivered = -1;
    for (let turns = 0; turns < 200; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = this.subscriptions[0]?.status().delivered ?? -1;
      if (now !== delivered || this.#calls === 0) turns = 0;
      delivered = now;
    }
  }
}
