import type { EventJournal } from '../ports/EventJournal.ts';
import type { AggregateShare, Receipt } from '../types/Receipt.ts';
import type { PreparedAppend } from './envelope.ts';

/**
 * The receipts of an append that is already stored as it stands: every event with the same digest at its own place.
 * Reads no more than the append's own places.
 *
 * @returns `undefined` when any of it is not
 */
export async function findStoredReceipts(
  append: PreparedAppend,
  journal: EventJournal,
): Promise<Receipt[] | undefined> {
  const receipts = new Map<string, Receipt>();
  for (const share of append.shares) {
    if (!(await isStored(share, append, journal))) return undefined;
    for (const receipt of await receiptsOf(share, journal)) receipts.set(receipt.receiptId, receipt);
  }
  return [...receipts.values()];
}

async function isStored(share: AggregateShare, append: PreparedAppend, journal: EventJournal): Promise<boolean> {
  const { aggregateId, fromVersion, toVersion } = share;
  const own = append.events.filter(({ event }) => event.aggregateId === aggregateId);
  let matched = 0;
  for await (const page of journal.readAggregate(aggregateId, { fromVersion, toVersion, direction: 'forward' })) {
    for (const { recorded } of page) {
      if (recorded.digest !== own[matched]?.digest) return false;
      matched++;
    }
  }
  return matched === own.length;
}

async function receiptsOf(
  { aggregateId, fromVersion, toVersion }: AggregateShare,
  journal: EventJournal,
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let version = fromVersion; version <= toVersion; ) {
    const receipt = await journal.getReceipt(aggregateId, version);
    if (receipt === undefined) return receipts;
    receipts.push(receipt);
    const share = receipt.shares.find((one) => one.aggregateId === aggregateId);
    version = Math.max(version, share?.toVersion ?? version) + 1;
  }
  return receipts;
}
