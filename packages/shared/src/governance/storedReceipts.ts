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
  const digests = digestsByAggregate(append);
  const found = new FoundReceipts();
  for (const share of append.shares) {
    if (!(await isStored(share, digests.get(share.aggregateId) ?? [], journal))) return undefined;
    await findCovering(share, found, journal);
  }
  return found.receipts;
}

function digestsByAggregate({ events }: PreparedAppend): Map<string, string[]> {
  const digests = new Map<string, string[]>();
  for (const { event, digest } of events) {
    const own = digests.get(event.aggregateId);
    if (own === undefined) digests.set(event.aggregateId, [digest]);
    else own.push(digest);
  }
  return digests;
}

async function isStored(
  { aggregateId, fromVersion, toVersion }: AggregateShare,
  digests: readonly string[],
  journal: EventJournal,
): Promise<boolean> {
  let matched = 0;
  for await (const page of journal.readAggregate(aggregateId, { fromVersion, toVersion, direction: 'forward' })) {
    for (const { recorded } of page) {
      if (recorded.digest !== digests[matched]) return false;
      matched++;
    }
  }
  return matched === digests.length;
}

/** Asks for no receipt that an earlier place has given: it is as long as the append that it was made for is wide. */
async function findCovering(
  { aggregateId, fromVersion, toVersion }: AggregateShare,
  found: FoundReceipts,
  journal: EventJournal,
): Promise<void> {
  for (let version = fromVersion; version <= toVersion; ) {
    const known = found.endOfShare(aggregateId, version);
    const receipt = known === undefined ? await journal.getReceipt(aggregateId, version) : undefined;
    if (receipt !== undefined) found.add(receipt);
    else if (known === undefined) return;
    const share = receipt?.shares.find((one) => one.aggregateId === aggregateId);
    version = Math.max(version, known ?? share?.toVersion ?? version) + 1;
  }
}

/** Receipts in the order in which they were found, with the places that they cover. */
class FoundReceipts {
  readonly #byId = new Map<string, Receipt>();
  /** The last version of each share, by its aggregate and first version. */
  readonly #ends = new Map<string, number>();

  get receipts(): Receipt[] {
    return [...this.#byId.values()];
  }

  add(receipt: Receipt): void {
    if (this.#byId.has(receipt.receiptId)) return;
    this.#byId.set(receipt.receiptId, receipt);
    for (const { aggregateId, fromVersion, toVersion } of receipt.shares) {
      this.#ends.set(placeKey(aggregateId, fromVersion), toVersion);
    }
  }

  /** `undefined` unless a share of what was found begins there. */
  endOfShare(aggregateId: string, fromVersion: number): number | undefined {
    return this.#ends.get(placeKey(aggregateId, fromVersion));
  }
}

function placeKey(aggregateId: string, version: number): string {
  return `${version} ${aggregateId}`;
}
