import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { apiOn, eventOf } from './testing/serving.ts';

const BODY = JSON.stringify({ events: [eventOf('order-1', 1)] });

describe('the Host header', () => {
  it.each(['localhost', 'localhost:4000', 'LOCALHOST:1', '127.0.0.1', '127.8.9.1:80', '[::1]', '[::1]:4000'])(
    'may be %s',
    async (host) => {
      const api = await apiOn(new InMemoryEventStore());

      const answer = await api.inject({ url: '/health/live', headers: { host } });

      expect(answer.statusCode).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.1',
    '128.0.0.1',
    '0.0.0.0',
    '192.168.1.2:4000',
    '[::2]',
    '::1',
    'user@localhost',
    'localhost:4000:4000',
  ])('must not be %j', async (host) => {
    const store = new InMemoryEventStore();
    const api = await apiOn(store);
    const headers = { host, 'content-type': 'application/json' };

    const answer = await api.inject({ method: 'POST', url: '/api/events', headers, body: BODY });

    expect([answer.statusCode, answer.json().code]).toEqual([421, 'HOST_REFUSED']);
    expect(await store.getVersion('order-1')).toBe(0);
  });
});

describe('the Origin header', () => {
  it.each(['http://localhost:4000', undefined])('may be %s', async (origin) => {
    const api = await apiOn(new InMemoryEventStore());
    const headers = { host: 'localhost:4000', 'content-type': 'application/json', ...(origin && { origin }) };

    const answer = await api.inject({ method: 'POST', url: '/api/events', headers, body: BODY });

    expect(answer.statusCode).toBe(201);
  });

  it.each(['https://evil.example', 'http://localhost:3000', 'https://localhost:4000', 'http://localhost', 'null', ''])(
    'must not be %j',
    async (origin) => {
      const store = new InMemoryEventStore();
      const api = await apiOn(store);
      const headers = { host: 'localhost:4000', 'content-type': 'application/json', origin };

      const answer = await api.inject({ method: 'POST', url: '/api/events', headers, body: BODY });

      expect([answer.statusCode, answer.json().code]).toEqual([403, 'ORIGIN_REFUSED']);
      expect(await store.getVersion('order-1')).toBe(0);
    },
  );

  it('of a foreign page ends its preflight, too', async () => {
    const api = await apiOn(new InMemoryEventStore());
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };

    const answer = await api.inject({ method: 'OPTIONS', url: '/api/events', headers });

    expect(answer.statusCode).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
