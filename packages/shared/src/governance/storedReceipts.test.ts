import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { prepareAppend } from './envelope.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import { nextEvents } from './nextEvents.ts';
import { findStoredReceipts } from './storedReceipts.ts';

const DRAFT = { eventType: 'A', payload: { n: 1 } };

/** Counts the receipts that it is asked for. */
class CountingJournal extends InMemoryJournal {
  receiptsAsked = 0;

  override async getReceipt(aggregateId: string, version: number) {
    this.receiptsAsked++;
    return super.getReceipt(aggregateId, version);
  }
}

function arrange() {
  const journal = new CountingJournal();
  const store = new GovernedEventStore(journal);
  const prepare = (events: readonly unknown[]) => prepareAppend(events, Date.now(), journal.capabilities);
  return { journal, store, prepare };
}

it('asks once for the receipt of an append of many aggregates', async () => {
  const { journal, store, prepare } = arrange();
  const events = Array.from({ length: 50 }, (_, index) => nextEvents(`a${index}`, 0, [DRAFT, DRAFT])).flat();
  const { receipts } = await store.append(events);

  const found = await findStoredReceipts(prepare(events), journal);

  expect(found).toEqual(receipts);
  expect(journal.receiptsAsked).toBe(1);
});

it('gives every receipt that covers the append, in the order of its places, each once', async () => {
  const { journal, store, prepare } = arrange();
  const [b, a, more] = [nextEvents('b', 0, [DRAFT]), nextEvents('a', 0, [DRAFT, DRAFT]), nextEvents('a', 2, [DRAFT])];
  const first = await store.append([...b, ...a]);
  const second = await store.append(more);

  const found = await findStoredReceipts(prepare([...a, ...more, ...b]), journal);

  expect(found).toEqual([...first.receipts, ...second.receipts]);
});

it('gives every receipt also where the first aggregate has led to that of another', async () => {
  const { journal, store, prepare } = arrange();
  const [b, a, more] = [nextEvents('b', 0, [DRAFT, DRAFT]), nextEvents('a', 0, [DRAFT]), nextEvents('a', 1, [DRAFT])];
  const first = await store.append([...b, ...a]);
  const second = await store.append(more);

  const found = await findStoredReceipts(prepare([...b, ...a, ...more]), journal);
  const foundForA = await findStoredReceipts(prepare([...a, ...more]), journal);

  expect(found).toEqual([...first.receipts, ...second.receipts]);
  expect(foundForA).toEqual(found);
});

it('gives nothing when something else is stored at its place', async () => {
  const { journal, store, prepare } = arrange();
  const events = nextEvents('a', 0, [DRAFT]);
  await store.append(events);

  const found = await findStoredReceipts(prepare(events.map((event) => ({ ...event, payload: { n: 2 } }))), journal);

  expect(found).toBeUndefined();
});

it('gives nothing when any of the append is not stored as it stands', async () => {
  const { journal, store, prepare } = arrange();
  const events = nextEvents('a', 0, [DRAFT]);
  await store.append(events);

  const found = await findStoredReceipts(prepare([...events, ...nextEvents('a', 1, [DRAFT])]), journal);

  expect(found).toBeUndefined();
});
