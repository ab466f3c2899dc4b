import type { Commit, JournalAppendResult, Receipt } from '@nexus/shared';
import { nextTurn } from '../bench/waiting.ts';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';

/** Writes receipts behind the events, in a turn of their own. */
class WritingReceiptsLater extends ForwardingJournal {
  readonly #unwritten = new Set<string>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const { receiptId } = commit.receipt;
    this.#unwritten.add(receiptId);
    const result = await this.inner.append(commit);
    await nextTurn();
    await nextTurn();
    this.#unwritten.delete(receiptId);
    return result;
  }

  override async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    const receipt = await this.inner.getReceipt(aggregateId, aggregateVersion);
    return receipt !== undefined && this.#unwritten.has(receipt.receiptId) ? undefined : receipt;
  }
}

/** Changes the receipts that are read. */
class ChangingReceipts extends ForwardingJournal {
  override async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    const receipt = await this.inner.getReceipt(aggregateId, aggregateVersion);
    return receipt && this.change(receipt);
  }

  change(receipt: Receipt): Receipt {
    return receipt;
  }
}

/** Keeps nothing of what the policies said. */
class ForgettingPolicies extends ChangingReceipts {
  override change(receipt: Receipt): Receipt {
    return { ...receipt, policy: null };
  }
}

/** Keeps nothing of what the schemas said. */
class ForgettingSchemas extends ChangingReceipts {
  override change(receipt: Receipt): Receipt {
    return { ...receipt, schemas: [] };
  }
}

/** Gives receipts without the one that let their events in elsewhere. */
class ForgettingOrigins extends ChangingReceipts {
  override change({ origin: _, ...receipt }: Receipt): Receipt {
    return receipt;
  }
}

export const BROKEN_RECEIPTS: readonly BrokenJournal[] = [
  {
    name: 'writes receipts behind their events',
    caughtBy: '1.receipts-come-with-events',
    wrap: (good) => new WritingReceiptsLater(good),
  },
  {
    name: 'forgets which policies decided',
    caughtBy: '8.policy-enforcement-true',
    wrap: (good) => new ForgettingPolicies(good),
  },
  {
    name: 'forgets by which schemas it was checked',
    caughtBy: '8.schema-validation-true',
    wrap: (good) => new ForgettingSchemas(good),
  },
  {
    name: 'forgets what let history in',
    caughtBy: '8.history-is-not-refused',
    wrap: (good) => new ForgettingOrigins(good),
  },
];
