import { once } from 'node:events';
import { connect } from 'node:net';
import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendRaw } from './testing/sendRaw.ts';
import { eventOf, serve } from './testing/serving.ts';

const GET_LIVE = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';

function appendOf(aggregateId: string): string {
  const body = JSON.stringify({ events: [eventOf(aggregateId, 1)] });
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return `POST /api/events HTTP/1.1\r\n${headers}\r\n\r\n${body}`;
}

describe('what is no HTTP', () => {
  it('is answered behind the append before it, which is stored', async () => {
    const store = new InMemoryEventStore();
    const { url } = await serve(store);

    const answers = await sendRaw(url, `${appendOf('order-1')}HELLO\r\n\r\n`);

    expect(answers.map(({ status }) => status)).toEqual([201, 400]);
    expect(await store.getVersion('order-1')).toBe(1);
  });

  it('is answered behind several appends, in their order', async () => {
    const store = new InMemoryEventStore();
    const { url } = await serve(store);

    const answers = await sendRaw(url, `${appendOf('order-1')}${appendOf('order-1')}HELLO\r\n\r\n`);

    expect(answers.map(({ status }) => status)).toEqual([201, 200, 400]);
  });

  it('is answered at once in the middle of a body, of which nothing is stored', async () => {
    const store = new InMemoryEventStore();
    const { url } = await serve(store);
    const head = 'POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

    const answers = await sendRaw(url, `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nZZ\r\n`);

    expect(answers.map(({ status }) => status)).toEqual([400]);
  });

  it('does not keep the service from closing while its client does not', async () => {
    const { api, url } = await serve(new InMemoryEventStore(), { shutdownGraceMs: 60_000 });
    const client = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void client.destroy());
    client.write('HELLO\r\n\r\n');
    await once(client, 'data');

    await api.close();

    expect(client.readyState).toBe('writeOnly');
  });

  it('is answered for no cache', async () => {
    const { url } = await serve(new InMemoryEventStore());

    const [answer] = await sendRaw(url, 'HELLO\r\n\r\n');

    expect(answer?.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});

it('answers a request without a Host with a problem', async () => {
  const { url } = await serve(new InMemoryEventStore());

  const [answer] = await sendRaw(url, 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n');

  expect(answer?.status).toBe(421);
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'HOST_REFUSED' });
});

it('refuses a second Host, which it would not look at', async () => {
  const { url } = await serve(new InMemoryEventStore());

  const [answer] = await sendRaw(url, `${GET_LIVE}HOST: evil.example\r\n\r\n`);

  expect(answer?.status).toBe(400);
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'MALFORMED_REQUEST' });
});

it('ignores expectations that it does not know', async () => {
  const { url } = await serve(new InMemoryEventStore());

  const answers = await sendRaw(url, `${GET_LIVE}Expect: tea\r\n\r\n`);

  expect(answers.map(({ status }) => status)).toEqual([200]);
});

it.each(['PROPFIND', 'PURGE', 'LOCK', 'M-SEARCH', 'TRACE', 'QUERY'])(
  'answers %s with what the path takes',
  async (method) => {
    const { url } = await serve(new InMemoryEventStore());

    const [answer] = await sendRaw(url, `${method}${GET_LIVE.slice(3)}\r\n`);

    expect(answer?.status).toBe(405);
    expect(answer?.headers.allow).toBe('GET, HEAD');
  },
);
