import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { GovernedEventStore } from '../GovernedEventStore.ts';
import { nextEvents } from '../nextEvents.ts';
import { ReceiptLookup } from './ReceiptLookup.ts';

const DRAFT = { eventType: 'A', payload: { n: 1 } };

/** Counts the receipts that it is asked for. */
class CountingJournal extends InMemoryJournal {
  receiptsAsked = 0;

  override async getReceipt(aggregateId: string, version: number) {
    this.receiptsAsked++;
    return super.getReceipt(aggregateId, version);
  }
}

async function arrange() {
  const journal = new CountingJournal();
  const store = new GovernedEventStore(journal);
  const wide = ['a', 'b', 'c'].flatMap((id) => nextEvents(id, 0, [DRAFT, DRAFT]));
  const appends = [wide, nextEvents('a', 2, [DRAFT]), nextEvents('b', 2, [DRAFT, DRAFT, DRAFT])];
  const receipts = [];
  for (const events of appends) receipts.push((await store.append(events)).receipts[0]);
  journal.receiptsAsked = 0;
  return { journal, appends, receipts };
}

it('asks once for each append, however many events and aggregates it has', async () => {
  const { journal, appends, receipts } = await arrange();
  const lookup = new ReceiptLookup(journal);

  for (const [index, events] of appends.entries()) {
    for (const event of events) expect(await lookup.of(event)).toEqual(receipts[index]);
  }

  expect(journal.receiptsAsked).toBe(3);
});

it('asks once for each append when the shares of one stand far apart in the feed', async () => {
  const { journal, appends, receipts } = await arrange();
  const lookup = new ReceiptLookup(journal);
  const [wide = [], ofA = [], ofB = []] = appends;
  const shuffled = [...wide.slice(0, 2), ...ofA, ...wide.slice(4), ...wide.slice(2, 4), ...ofB];

  const found = [];
  for (const event of shuffled) found.push((await lookup.of(event))?.receiptId);

  const [first, second, third] = receipts.map((receipt) => receipt?.receiptId);
  expect(found).toEqual([first, first, second, first, first, first, first, third, third, third]);
  expect(journal.receiptsAsked).toBe(3);
});

it('finds nothing for an event that is not stored', async () => {
  const { journal } = await arrange();

  const found = await new ReceiptLookup(journal).of(nextEvents('a', 3, [DRAFT])[0] as never);

  expect(found).toBeUndefined();
});
