import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../types/DomainEvent.ts';
import type { Receipt } from '../../types/Receipt.ts';
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

it('finds the receipt from whichever of its aggregates comes first', async () => {
  const { journal, appends, receipts } = await arrange();
  const lookup = new ReceiptLookup(journal);

  for (const event of (appends[0] ?? []).slice(2)) expect(await lookup.of(event)).toEqual(receipts[0]);

  expect(journal.receiptsAsked).toBe(1);
});

it('finds nothing where the receipt speaks of other aggregates only', async () => {
  const receipt = receiptOver(['b']);
  const lookup = new ReceiptLookup({ getReceipt: async () => receipt });

  expect(await lookup.of(eventOf('a'))).toBeUndefined();
});

describe('shares that are not read yet', () => {
  function arrangeWide(prefixes: readonly string[], shares: number) {
    const asked: string[] = [];
    const receipts = new Map(prefixes.map((one) => [one, receiptOver(idsOf(one, shares))]));
    const getReceipt = async (aggregateId: string) => {
      asked.push(aggregateId);
      return receipts.get(aggregateId.slice(0, 1));
    };
    return { asked, lookup: new ReceiptLookup({ getReceipt }) };
  }

  it('are remembered up to the first 10,000 of an append', async () => {
    const { asked, lookup } = arrangeWide(['a'], 10_001);

    for (const id of ['a0', 'a9999', 'a10000']) expect(await lookup.of(eventOf(id))).toBeDefined();

    expect(asked).toEqual(['a0', 'a10000']);
  });

  it('are forgotten where another append needs their room', async () => {
    const { asked, lookup } = arrangeWide(['a', 'b'], 6_000);

    for (const id of ['a0', 'a1', 'b0', 'b1', 'a2']) expect(await lookup.of(eventOf(id))).toBeDefined();

    expect(asked).toEqual(['a0', 'b0', 'a2']);
  });
});

function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function receiptOver(aggregateIds: readonly string[]): Receipt {
  const shares = aggregateIds.map((aggregateId) => ({ aggregateId, fromVersion: 1, toVersion: 1 }));
  return { receiptId: 'r1', shares } as unknown as Receipt;
}

function eventOf(aggregateId: string): DomainEvent {
  return nextEvents(aggregateId, 0, [DRAFT])[0] as DomainEvent;
}
