import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { ConfigurationError } from '@nexus/shared';
import { expect, it } from 'vitest';
import { listen } from './index.ts';
import { sendRaw } from './testing/sendRaw.ts';
import { apiOn, serve } from './testing/serving.ts';

it.each(['127.0.0.1', '127.0.0.2', 'localhost', 'LocalHost'])('listens on %s', async (host) => {
  const api = await apiOn(new InMemoryEventStore());

  const url = await listen(api, { host, port: 0 });

  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect(new URL(url).hostname).toMatch(/^127\./);
});

it.each(['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.0.0.1.example.org', ''])(
  'refuses to listen on %j, because nothing authenticates requests',
  async (host) => {
    const api = await apiOn(new InMemoryEventStore());

    const error = await listen(api, { host, port: 0 }).catch((thrown) => thrown);

    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'CONFIGURATION', details: { setting: 'host' } });
    expect(error.message).toContain('does not authenticate');
    expect(api.server.listening).toBe(false);
  },
);

it.each([-1, 65_536, 1.5, Number.NaN])('refuses the port %d', async (port) => {
  const api = await apiOn(new InMemoryEventStore());

  await expect(listen(api, { port })).rejects.toMatchObject({ code: 'CONFIGURATION', details: { setting: 'port' } });
});

it('names the port that is in use, and what to do', async () => {
  const { url } = await serve(new InMemoryEventStore());
  const port = Number(new URL(url).port);
  const api = await apiOn(new InMemoryEventStore());

  const error = await listen(api, { port }).catch((thrown) => thrown);

  expect(error).toMatchObject({ code: 'CONFIGURATION', details: { setting: 'port' } });
  expect(error.message).toContain(`Port ${port}`);
  expect(error.message).toContain('choose another');
});

it('answers what is no HTTP with a problem', async () => {
  const { url } = await serve(new InMemoryEventStore());

  const [answer] = await sendRaw(url, 'HELLO\r\n\r\n');

  expect(answer?.status).toBe(400);
  expect(answer?.headers['content-type']).toContain('application/problem+json');
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'MALFORMED_REQUEST' });
});

it('answers headers that are too large with a problem', async () => {
  const { url } = await serve(new InMemoryEventStore());

  const answer = await fetch(`${url}/health/live`, { headers: { 'x-large': 'x'.repeat(20_000) } });

  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([431, 'HEADERS_TOO_LARGE']);
});
