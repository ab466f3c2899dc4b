import type { EventJournal } from '../../ports/EventJournal.ts';
import type { DomainEvent } from '../../types/DomainEvent.ts';
import type { Receipt } from '../../types/Receipt.ts';

/** Shares that are read in part, or not yet: what finds no room is looked up again. */
const SHARES_MAX = 10_000;

interface Cover {
  readonly receipt: Receipt;
  readonly toVersion: number;
}

/** Finds the receipts of events that come in the order of the feed, by one look-up for each append. */
export class ReceiptLookup {
  readonly #journal: Pick<EventJournal, 'getReceipt'>;
  /** By the place of the event that comes next of each share. */
  readonly #covers = new Map<string, Cover>();

  constructor(journal: Pick<EventJournal, 'getReceipt'>) {
    this.#journal = journal;
  }

  /** @returns `undefined` if the store has none */
  async of({ aggregateId, aggregateVersion }: DomainEvent): Promise<Receipt | undefined> {
    const key = placeKey(aggregateId, aggregateVersion);
    const cover = this.#covers.get(key) ?? (await this.#find(aggregateId, aggregateVersion));
    this.#covers.delete(key);
    if (cover === undefined) return undefined;
    if (aggregateVersion < cover.toVersion) this.#covers.set(placeKey(aggregateId, aggregateVersion + 1), cover);
    return cover.receipt;
  }

  async #find(aggregateId: string, aggregateVersion: number): Promise<Cover | undefined> {
    const receipt = await this.#journal.getReceipt(aggregateId, aggregateVersion);
    const own = receipt?.shares.find((share) => share.aggregateId === aggregateId);
    if (receipt === undefined || own === undefined) return undefined;
    if (this.#covers.size + receipt.shares.length > SHARES_MAX) this.#covers.clear();
    for (const share of receipt.shares.slice(0, SHARES_MAX)) {
      const cover = { receipt, toVersion: share.toVersion };
      if (share !== own) this.#covers.set(placeKey(share.aggregateId, share.fromVersion), cover);
    }
    return { receipt, toVersion: own.toVersion };
  }
}

function placeKey(aggregateId: string, version: number): string {
  return `${version} ${aggregateId}`;
}
