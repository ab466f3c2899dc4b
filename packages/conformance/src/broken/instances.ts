import { randomUUID } from 'node:crypto';
import {
  type AggregateRange,
  type Commit,
  ConcurrencyError,
  type EventJournal,
  type FeedEntry,
  type FeedRange,
  InMemoryRecordStore,
  type JournalAppendResult,
  type Receipt,
  type RecordedEvent,
  type RecordStore,
  type StoreIdentity,
  StoreUnavailableError,
} from '@nexus/shared';
import { type Deferred, deferred, nextTurn } from '../bench/waiting.ts';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { renumbered } from './commits.ts';

/** Writes the last append once it is asked for, and until then only says that it has. */
class WritingBehind extends ForwardingJournal {
  #unwritten: Commit | undefined;

  override async append(commit: Commit): Promise<JournalAppendResult> {
    await this.#write();
    this.#unwritten = commit;
    return { replayed: false, receipts: [commit.receipt] };
  }

  override async getVersion(aggregateId: string): Promise<number> {
    await this.#write();
    return this.inner.getVersion(aggregateId);
  }

  override async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    await this.#write();
    return this.inner.getReceipt(aggregateId, aggregateVersion);
  }

  override async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    await this.#write();
    yield* this.inner.readAggregate(aggregateId, range);
  }

  override async *readFeed(range: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    await this.#write();
    yield* this.inner.readFeed(range);
  }

  async #write(): Promise<void> {
    const commit = this.#unwritten;
    this.#unwritten = undefined;
    if (commit !== undefined) await this.inner.append(commit);
  }
}

/** Takes a new identity each time that it is opened. */
class RenamingItself extends ForwardingJournal {
  readonly #identity: StoreIdentity = { storeId: randomUUID(), epoch: 1 };

  override async identity(): Promise<StoreIdentity> {
    return this.#identity;
  }
}

/** Remembers the versions that it has seen. */
class RememberingVersions extends ForwardingJournal {
  readonly #versions = new Map<string, number>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    for (const { aggregateId, toVersion } of commit.shares) this.#versions.set(aggregateId, toVersion);
    return result;
  }

  override async getVersion(aggregateId: string): Promise<number> {
    return this.#versions.get(aggregateId) ?? this.inner.getVersion(aggregateId);
  }
}

/** Guards the versions of aggregates by a lock that no other instance sees. */
class LockingByItself extends ForwardingJournal {
  #last: Promise<unknown> = Promise.resolve();

  override append(commit: Commit): Promise<JournalAppendResult> {
    const append = this.#last.then(() => this.#checkThenWrite(commit));
    this.#last = append.catch(() => {});
    return append;
  }

  async #checkThenWrite(commit: Commit): Promise<JournalAppendResult> {
    const { aggregateId, fromVersion } = commit.shares[0] as Commit['shares'][number];
    if ((await this.inner.getVersion(aggregateId)) !== fromVersion - 1) return this.inner.append(commit);
    await nextTurn();
    return this.inner.append(await renumbered(commit, this.inner));
  }
}

/** Finds only what it stored itself when an append is repeated. */
class FindingItsOwnRepeats extends ForwardingJournal {
  readonly #receiptIds = new Set<string>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    if (result.replayed === false) this.#receiptIds.add(commit.receipt.receiptId);
    if (result.receipts.every(({ receiptId }) => this.#receiptIds.has(receiptId))) return result;
    const { aggregateId, fromVersion, toVersion } = commit.shares[0] as Commit['shares'][number];
    const details = { aggregateId, expectedVersion: fromVersion - 1, actualVersion: toVersion };
    throw new ConcurrencyError(`${aggregateId} has moved on`, details);
  }
}

/** Wakes those who wait at the end of the feed for its own appends only. */
class WakingForItself extends ForwardingJournal {
  #appended: Deferred = deferred();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    this.#appended.resolve();
    this.#appended = deferred();
    return result;
  }

  override async *readFeed(range: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    const aborted = deferred();
    range.signal?.addEventListener('abort', () => aborted.resolve(), { once: true });
    let { after } = range;
    while (!range.signal?.aborted) {
      const appended = this.#appended.promise;
      for await (const page of this.inner.readFeed({ ...range, after, follow: false })) {
        after = page.at(-1)?.position ?? after;
        yield page;
      }
      if (!range.follow) return;
      yield [];
      await Promise.race([appended, aborted.promise]);
    }
  }
}

/** Keeps its records as long as it is open. */
class KeepingRecordsToItself extends ForwardingJournal {
  readonly #records = new InMemoryRecordStore();

  override get records(): RecordStore {
    return this.#records;
  }
}

const writing = new WeakSet<EventJournal>();

/** Cannot be opened while another instance is writing. */
class DyingAtStart extends ForwardingJournal {
  constructor(good: EventJournal) {
    super(good);
    const message = 'cannot change into wal mode from within a transaction';
    if (writing.has(good)) throw new StoreUnavailableError(message, { reason: 'busy' });
  }

  override async append(commit: Commit): Promise<JournalAppendResult> {
    writing.add(this.inner);
    await nextTurn();
    return this.inner.append(commit).finally(() => writing.delete(this.inner));
  }
}

export const BROKEN_INSTANCES: readonly BrokenJournal[] = [
  {
    name: 'acknowledges what the death of its process would lose',
    caughtBy: '1.acknowledged-survives',
    wrap: (good) => new WritingBehind(good),
  },
  {
    name: 'drops at its close what it accepted',
    caughtBy: '1.close-finishes-what-was-accepted',
    wrap: (good) => new WritingBehind(good),
  },
  {
    name: 'shows an append to its own readers only',
    caughtBy: '1.acknowledged-is-readable-elsewhere',
    wrap: (good) => new WritingBehind(good),
  },
  {
    name: 'takes a new identity when it is opened',
    caughtBy: '1.identity-is-kept',
    wrap: (good) => new RenamingItself(good),
  },
  {
    name: 'remembers versions instead of reading them',
    caughtBy: '2.version-is-read-strongly',
    wrap: (good) => new RememberingVersions(good),
  },
  {
    name: 'lets a writer of each instance win',
    caughtBy: '2.one-of-racing-instances-wins',
    wrap: (good) => new LockingByItself(good),
  },
  {
    name: 'forgets what was stored before it was opened when that is repeated',
    caughtBy: '3.repeated-after-reopening',
    wrap: (good) => new FindingItsOwnRepeats(good),
  },
  {
    name: 'finds no repeat of what another instance stored',
    caughtBy: '3.repeated-elsewhere',
    wrap: (good) => new FindingItsOwnRepeats(good),
  },
  {
    name: 'sleeps through the appends of other instances',
    caughtBy: '6.wakes-for-other-instances',
    wrap: (good) => new WakingForItself(good),
  },
  {
    name: 'forgets consumers when it is closed',
    caughtBy: '6.consumer-survives',
    wrap: (good) => new KeepingRecordsToItself(good),
  },
  {
    name: 'forgets when it is closed that it is governed',
    caughtBy: '8.governed-store-remembers',
    wrap: (good) => new KeepingRecordsToItself(good),
  },
  {
    name: 'forgets when it is closed which rules its receipts name',
    caughtBy: '8.kept-rules-survive',
    wrap: (good) => new KeepingRecordsToItself(good),
  },
  {
    name: 'dies at start while another writes',
    caughtBy: '1.opens-beside-a-writer',
    wrap: (good) => new DyingAtStart(good),
  },
];
