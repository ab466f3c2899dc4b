import {
  type AggregateRange,
  type Commit,
  ConcurrencyError,
  type IdempotencyMismatchError,
  isNexusError,
  type JournalAppendResult,
  type Receipt,
  type RecordedEvent,
  StoreUnavailableError,
} from '@nexus/shared';
import { nextTurn } from '../bench/waiting.ts';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { partOf, placeOf, recordedOf, renumbered } from './commits.ts';

/** The last writer wins. */
class Overwriting extends ForwardingJournal {
  readonly #written = new Map<string, RecordedEvent>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (!isNexusError(error, 'CONCURRENCY_CONFLICT')) throw error;
      for (const one of commit.events) this.#written.set(placeOf(one.event), recordedOf(one, commit));
      return { replayed: false, receipts: [commit.receipt] };
    }
  }

  override async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    for await (const page of this.inner.readAggregate(aggregateId, range)) {
      yield page.map((event) => this.#written.get(placeOf(event)) ?? event);
    }
  }
}

/** Numbers events as it likes: what comes behind a gap is stored directly behind the last version. */
class AcceptingGaps extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (!isNexusError(error, 'VERSION_GAP')) throw error;
      return this.inner.append(await renumbered(commit, this.inner));
    }
  }
}

/** Stores the aggregates of an append one by one, and leaves those that came before a refused one. */
class TearingBatches extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    if (commit.shares.length === 1) return this.inner.append(commit);
    const receipts: Receipt[] = [];
    for (const events of Map.groupBy(commit.events, ({ event }) => event.aggregateId).values()) {
      receipts.push(...(await this.inner.append(partOf(commit, events))).receipts);
    }
    return { replayed: false, receipts };
  }
}

/** Shows the events of an append as it stores them, one in each turn. */
class StoringOneByOne extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const receipts: Receipt[] = [];
    for (const event of commit.events) {
      receipts.push(...(await this.inner.append(partOf(commit, [event]))).receipts);
      await nextTurn();
    }
    return { replayed: false, receipts };
  }
}

/** Acknowledges what it will write with the next append, or never. */
class AcknowledgingEarly extends ForwardingJournal {
  #unwritten: Commit | undefined;

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const before = this.#unwritten;
    this.#unwritten = commit;
    if (before !== undefined) await this.inner.append(before);
    return { replayed: false, receipts: [commit.receipt] };
  }
}

/** Acknowledges what overlaps with another append, and writes it in a later turn; a lone writer notices nothing. */
class AcknowledgingOverlapsEarly extends ForwardingJournal {
  #running = 0;

  override async append(commit: Commit): Promise<JournalAppendResult> {
    this.#running++;
    const written = nextTurn()
      .then(() => this.inner.append(commit))
      .finally(() => this.#running--);
    if (this.#running === 1) return written;
    written.catch(() => {});
    return { replayed: false, receipts: [commit.receipt] };
  }
}

/** Takes a stored event id for the same event, whatever it holds now. */
class ForgettingDigests extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (!isNexusError(error, 'IDEMPOTENCY_MISMATCH')) throw error;
      const { aggregateId, aggregateVersion } = (error as IdempotencyMismatchError).details;
      const receipt = await this.inner.getReceipt(aggregateId, aggregateVersion);
      return { replayed: true, receipts: receipt === undefined ? [] : [receipt] };
    }
  }
}

/** Finds a repeat only where it is grouped as the append was. */
class RememberingGroups extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    const isWhole = result.receipts.length === 1 && result.receipts[0]?.digest === commit.receipt.digest;
    if (isWhole || result.replayed !== true) return result;
    const { aggregateId, fromVersion } = commit.shares[0] as Commit['shares'][number];
    const actualVersion = await this.inner.getVersion(aggregateId);
    const details = { aggregateId, expectedVersion: fromVersion - 1, actualVersion };
    throw new ConcurrencyError(`${aggregateId} has moved on`, details);
  }
}

/** Answers a repeat with the receipt that the repeat would have got. */
class MakingUpReceipts extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const { replayed } = await this.inner.append(commit);
    return { replayed, receipts: [commit.receipt] };
  }
}

/** Keeps the receipt of an append with its first event only. */
class DroppingReceipts extends ForwardingJournal {
  override async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    const receipt = await this.inner.getReceipt(aggregateId, aggregateVersion);
    const isFirst = receipt?.shares.some(
      (share) => share.aggregateId === aggregateId && share.fromVersion === aggregateVersion,
    );
    return isFirst ? receipt : undefined;
  }
}

/** A refused append moves the version that it expects. */
class MovingOnWhenRefused extends ForwardingJournal {
  readonly #moved = new Set<string>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const { aggregateId, fromVersion } = commit.shares[0] as Commit['shares'][number];
    if (this.#moved.has(aggregateId)) {
      const actualVersion = (await this.inner.getVersion(aggregateId)) + 1;
      const details = { aggregateId, expectedVersion: fromVersion - 1, actualVersion };
      throw new ConcurrencyError(`${aggregateId} has moved on`, details);
    }
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (isNexusError(error, 'CONCURRENCY_CONFLICT')) this.#moved.add(aggregateId);
      throw error;
    }
  }
}

/** Takes one append at a time, and refuses the others as busy. */
class RefusingWhenBusy extends ForwardingJournal {
  #isBusy = false;

  override async append(commit: Commit): Promise<JournalAppendResult> {
    if (this.#isBusy) throw new StoreUnavailableError('The database is locked; try again', { reason: 'busy' });
    this.#isBusy = true;
    try {
      await nextTurn();
      return await this.inner.append(commit);
    } finally {
      this.#isBusy = false;
    }
  }
}

export const BROKEN_APPENDS: readonly BrokenJournal[] = [
  {
    name: 'overwrites what is stored',
    caughtBy: '4.stored-event-is-not-overwritten',
    wrap: (good) => new Overwriting(good),
  },
  { name: 'accepts a gap', caughtBy: '2.gap-is-refused', wrap: (good) => new AcceptingGaps(good) },
  { name: 'tears a batch', caughtBy: '1.one-of-two-stale', wrap: (good) => new TearingBatches(good) },
  {
    name: 'shows half of an append',
    caughtBy: '1.reads-see-whole-shares',
    wrap: (good) => new StoringOneByOne(good),
  },
  {
    name: 'acknowledges before it commits',
    caughtBy: '1.acknowledged-is-readable',
    wrap: (good) => new AcknowledgingEarly(good),
  },
  {
    name: 'acknowledges overlapping appends before it commits',
    caughtBy: '1.overlapping-are-readable-elsewhere',
    wrap: (good) => new AcknowledgingOverlapsEarly(good),
  },
  {
    name: 'forgets to compare digests',
    caughtBy: '3.other-content-is-a-mismatch',
    wrap: (good) => new ForgettingDigests(good),
  },
  {
    name: 'finds repeats only in their first grouping',
    caughtBy: '3.repeated-in-smaller-groups',
    wrap: (good) => new RememberingGroups(good),
  },
  {
    name: 'makes up the receipt of a repeat',
    caughtBy: '3.repeated-at-once',
    wrap: (good) => new MakingUpReceipts(good),
  },
  { name: 'drops receipts', caughtBy: '3.receipt-of-each-version', wrap: (good) => new DroppingReceipts(good) },
  {
    name: 'moves on when it refuses a stale append',
    caughtBy: '2.refused-leaves-aggregate-usable',
    wrap: (good) => new MovingOnWhenRefused(good),
  },
  {
    name: 'refuses concurrent appends as busy',
    caughtBy: '2.many-appends-in-one-turn',
    wrap: (good) => new RefusingWhenBusy(good),
  },
];
