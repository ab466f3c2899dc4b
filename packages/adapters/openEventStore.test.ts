import { nextEvents } from '@nexus/shared';
import { expect, it } from 'vitest';
import { openEventStore } from './openEventStore.ts';

it('opens a store in memory', async () => {
  const store = await openEventStore('memory:');

  await store.append(nextEvents('order-1', 0, [{ eventType: 'OrderPlaced', payload: { total: 1 } }]));

  expect(await store.getVersion('order-1')).toBe(1);
  await store.close();
});

it.each(['', 'nexus.db', 'postgres://localhost/x', 'constructor:x', 'sqlite:', 'memory:x', 'SQLITE:x.db'])(
  'refuses %j, and names the URLs that there are or the remedy',
  async (url) => {
    await expect(openEventStore(url)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      details: { setting: 'store' },
      message: expect.stringMatching(/memory: or sqlite:|needs a file|takes nothing/),
    });
  },
);
