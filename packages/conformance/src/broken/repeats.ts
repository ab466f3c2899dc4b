import {
  type AggregateRange,
  type Commit,
  ConcurrencyError,
  type FeedEntry,
  type FeedRange,
  isNexusError,
  type JournalAppendResult,
  type RecordedEvent,
} from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { partOf, placeOf } from './commits.ts';

/** Stores what is new of an append whose beginning it has. */
class StoringTheRest extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (!isNexusError(error, 'CONCURRENCY_CONFLICT')) throw error;
      const { alreadyStored = [] } = (error as ConcurrencyError).details;
      const rest = commit.events.slice(alreadyStored.length);
      if (alreadyStored.length === 0 || rest.length === 0) throw error;
      return this.inner.append(partOf(commit, rest));
    }
  }
}

/** Finds an append repeated only as long as nothing has followed it. */
class RememberingTheLast extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    const { aggregateId, fromVersion, toVersion } = commit.shares[0] as Commit['shares'][number];
    const actualVersion = await this.inner.getVersion(aggregateId);
    if (result.replayed === false || actualVersion === toVersion) return result;
    const details = { aggregateId, expectedVersion: fromVersion - 1, actualVersion };
    throw new ConcurrencyError(`${aggregateId} has moved on`, details);
  }
}

/** Changes what reads of any kind hand out. */
class ChangingEvents extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    for await (const page of this.inner.readAggregate(aggregateId, range)) yield page.map((one) => this.change(one));
  }

  override async *readFeed(range: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    for await (const page of this.inner.readFeed(range)) {
      yield page.map(({ event, position }) => ({ event: this.change(event), position }));
    }
  }

  change(event: RecordedEvent): RecordedEvent {
    return event;
  }
}

/** Writes the time of a repeat over that of the append. */
class RewritingWhenRepeated extends ChangingEvents {
  readonly #times = new Map<string, string>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    for (const { event } of commit.events) this.#times.set(placeOf(event), commit.recordedAt);
    return this.inner.append(commit);
  }

  override change(event: RecordedEvent): RecordedEvent {
    const recordedAt = this.#times.get(placeOf(event)) ?? event.recorded.recordedAt;
    return { ...event, recorded: { ...event.recorded, recordedAt } };
  }
}

/** Hands out its own objects, and no copies of them. */
class HandingOutItsOwn extends ChangingEvents {
  readonly #held = new Map<string, RecordedEvent>();

  override change(event: RecordedEvent): RecordedEvent {
    const held = this.#held.get(placeOf(event)) ?? event;
    this.#held.set(placeOf(held), held);
    return held;
  }
}

export const BROKEN_REPEATS: readonly BrokenJournal[] = [
  {
    name: 'stores the rest of an append that is stored in part',
    caughtBy: '3.part-stored-part-new',
    wrap: (good) => new StoringTheRest(good),
  },
  {
    name: 'adds the one event more of an append that is repeated',
    caughtBy: '3.repeated-with-one-more',
    wrap: (good) => new StoringTheRest(good),
  },
  {
    name: 'finds a repeat only until other events follow',
    caughtBy: '3.repeated-after-later-events',
    wrap: (good) => new RememberingTheLast(good),
  },
  {
    name: 'rewrites an append when it is repeated',
    caughtBy: '4.repeats-rewrite-nothing',
    wrap: (good) => new RewritingWhenRepeated(good),
  },
  {
    name: 'hands out what it holds itself',
    caughtBy: '4.answers-are-copies',
    wrap: (good) => new HandingOutItsOwn(good),
  },
];
