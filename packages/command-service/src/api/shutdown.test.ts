import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { AppendOptions, AppendReceipt, DomainEvent } from '@nexus/shared';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { FeedReader } from './testing/FeedReader.ts';
import { appendMany, eventOf, serve } from './testing/serving.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

const append = (url: string, ...events: DomainEvent[]) =>
  fetch(`${url}/api/events`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ events }) });

it('finishes and answers the append that it accepted', async () => {
  const store = new SlowStore();
  const { api, url } = await serve(store);
  const answer = append(url, eventOf('order-1', 1));
  await store.arrived;

  const closed = api.close();
  store.goOn();
  await closed;

  expect((await answer).status).toBe(201);
  expect(await store.getVersion('order-1')).toBe(1);
});

it('waits for an accepted append beyond the time of grace', async () => {
  const store = new SlowStore();
  const clock = new ManualClock();
  const { api, url } = await serve(store, { clock, shutdownGraceMs: 10_000 });
  const answer = append(url, eventOf('order-1', 1));
  await store.arrived;

  const closed = api.close();
  await clock.untilSomebodySleeps();
  clock.advance(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  store.goOn();
  await closed;

  expect((await answer).status).toBe(201);
});

it.each([
  ['refuses an append', 'POST /api/events', JSON.stringify({ events: [eventOf('order-2', 1)] }), 503, 'SHUTTING_DOWN'],
  ['is not ready', 'GET /health/ready', '', 503, 'SHUTTING_DOWN'],
  ['is alive', 'GET /health/live', '', 200, 'live'],
])('%s on a connection that was open before', async (_case, line, body, status, said) => {
  const store = new SlowStore();
  const { api, url } = await serve(store);
  const answer = append(url, eventOf('order-1', 1));
  await store.arrived;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`);
  await headArrives(api);

  const closed = api.close();
  socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  const text = (await socket.setEncoding('utf8').toArray()).join('');
  store.goOn();
  await closed;

  expect(text).toContain(`HTTP/1.1 ${status} `);
  expect(text).toContain(`"${said}"`);
  expect((await answer).status).toBe(201);
  expect(await store.getVersion('order-2')).toBe(0);
});

it('ends feeds, and resolves', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 1);
  const { api, url } = await serve(store);
  const reader = await FeedReader.open(`${url}/api/feed?from=start`);
  await reader.next();

  await api.close();

  expect(await reader.next()).toBeUndefined();
});

it('breaks the connections of clients that do not read, after the time of grace', async () => {
  const store = new InMemoryEventStore();
  const payload = { text: 'x'.repeat(100_000) };
  for (let version = 1; version <= 300; version++) await store.append([eventOf('order-1', version, { payload })]);
  const clock = new ManualClock();
  const { api, url } = await serve(store, { clock, shutdownGraceMs: 10_000 });
  const headers = { accept: 'application/x-ndjson' };
  const lines = await fetch(`${url}/api/aggregates/order-1/events`, { headers });

  const closed = api.close();
  await clock.untilSomebodySleeps();
  clock.advance(10_000);
  await closed;

  await expect(lines.text()).rejects.toThrow();
});

it('lets a client that reads finish its stream', async () => {
  const store = new InMemoryEventStore();
  await appendMany(store, 'order-1', 20_000);
  const { api, url } = await serve(store, { clock: new ManualClock() });
  const headers = { accept: 'application/x-ndjson' };
  const lines = await fetch(`${url}/api/aggregates/order-1/events`, { headers });

  const closed = api.close();
  const text = await lines.text();
  await closed;

  expect(text.trimEnd().split('\n')).toHaveLength(20_000);
});

it('leaves the store open', async () => {
  const store = new InMemoryEventStore();
  const { api } = await serve(store);

  await api.close();

  await expect(store.getVersion('order-1')).resolves.toBe(0);
});

/** Resolves when the next connection has delivered its first bytes. */
async function headArrives(api: FastifyInstance): Promise<void> {
  const [peer] = (await once(api.server, 'connection')) as [Socket];
  while (peer.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Appends when the test lets it. */
class SlowStore extends InMemoryEventStore {
  readonly #arrived = Promise.withResolvers<void>();
  readonly #goOn = Promise.withResolvers<void>();
  readonly arrived = this.#arrived.promise;

  override async append(events: readonly DomainEvent[], options?: AppendOptions): Promise<AppendReceipt> {
    this.#arrived.resolve();
    await this.#goOn.promise;
    return super.append(events, options);
  }

  goOn(): void {
    this.#goOn.resolve();
  }
}
