import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../../testing/ManualClock.ts';
import { apiOn } from '../testing/serving.ts';

it.each(['live', 'ready'])('is %s while the store answers', async (state) => {
  const api = await apiOn(new InMemoryEventStore());

  const answer = await api.inject(`/health/${state}`);
  const head = await api.inject({ method: 'HEAD', url: `/health/${state}` });

  expect([answer.statusCode, answer.json()]).toEqual([200, { status: state }]);
  expect([head.statusCode, head.body]).toEqual([200, '']);
});

it('is not ready when the store cannot be read', async () => {
  const store = new InMemoryEventStore();
  const api = await apiOn(store);
  await store.close();

  const ready = await api.inject('/health/ready');
  const live = await api.inject('/health/live');

  expect([ready.statusCode, ready.json().code]).toEqual([503, 'STORE_UNAVAILABLE']);
  expect(ready.json().details).toEqual({ reason: 'STORE_CLOSED' });
  expect(live.statusCode).toBe(200);
});

it('is not ready when the store does not answer in time', async () => {
  class Silent extends InMemoryEventStore {
    override getVersion(): Promise<number> {
      return new Promise(() => {});
    }
  }
  const clock = new ManualClock();
  const api = await apiOn(new Silent(), { clock, readyTimeoutMs: 2_000 });

  const answering = api.inject('/health/ready');
  await clock.untilSomebodySleeps();
  clock.advance(2_000);
  const answer = await answering;

  expect([answer.statusCode, answer.json().details]).toEqual([503, { reason: 'timeout' }]);
});
