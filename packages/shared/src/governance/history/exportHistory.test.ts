import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { GovernedEventStore } from '../GovernedEventStore.ts';
import { nextEvents } from '../nextEvents.ts';

it('stops where nothing says what let an event in, and names its place', async () => {
  const journal = new InMemoryJournal();
  const store = new GovernedEventStore(journal);
  const getReceipt = journal.getReceipt.bind(journal);
  journal.getReceipt = async (id, version) => (id === 'a' && version === 2 ? undefined : getReceipt(id, version));
  for (const version of [0, 1]) await store.append(nextEvents('a', version, [{ eventType: 'A', payload: {} }]));
  const exported: number[] = [];

  const exporting = async () => {
    for await (const { event } of store.exportHistory()) exported.push(event.aggregateVersion);
  };

  await expect(exporting()).rejects.toMatchObject({
    code: 'CORRUPT_STORE',
    details: { where: 'a at version 2', found: expect.stringContaining('no receipt') },
  });
  expect(exported).toEqual([1]);
});
