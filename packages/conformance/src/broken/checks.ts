import { deflateSync } from 'node:zlib';
import {
  AppendTooLargeError,
  type Commit,
  IdempotencyMismatchError,
  isNexusError,
  type JournalAppendResult,
  StoreUnavailableError,
} from '@nexus/shared';
import { nextTurn } from '../bench/waiting.ts';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { partOf, placeOf, renumbered } from './commits.ts';

const PACKED_BYTES_MAX = 512 * 1024;

/** Stores what expects an earlier version directly behind the last one. */
class ExpectingNothing extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      if (!isNexusError(error, 'CONCURRENCY_CONFLICT')) throw error;
      return this.inner.append(await renumbered(commit, this.inner));
    }
  }
}

/** Looks at the version first and writes a turn later, whatever it is then. */
class CheckingBeforeItWrites extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const { aggregateId, fromVersion } = commit.shares[0] as Commit['shares'][number];
    const fits = (await this.inner.getVersion(aggregateId)) === fromVersion - 1;
    if (!fits) return this.inner.append(commit);
    await nextTurn();
    return this.inner.append(await renumbered(commit, this.inner));
  }
}

/** Reports the failure of its own clean-up in place of the refusal. */
class HidingRefusals extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    try {
      return await this.inner.append(commit);
    } catch (error) {
      throw new TypeError('cannot rollback - no transaction is active', { cause: error });
    }
  }
}

/** Finds the database locked at every fiftieth version, though nobody else writes. */
class BusyWithItself extends ForwardingJournal {
  override append(commit: Commit): Promise<JournalAppendResult> {
    const isLocked = commit.shares[0]?.fromVersion === 50;
    const locked = () => new StoreUnavailableError('The database is locked; try again', { reason: 'busy' });
    return isLocked ? Promise.reject(locked()) : this.inner.append(commit);
  }
}

/** Writes a thousand events of a batch, and does not look at what was left unprocessed. */
class LeavingUnprocessed extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    await this.inner.append(partOf(commit, commit.events.slice(0, 1_000)));
    return { replayed: false, receipts: [commit.receipt] };
  }
}

/** Takes as much as it can pack into half a MiB. */
class MeasuringPacked extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const bytes = deflateSync(commit.events.map(({ payloadText }) => payloadText).join()).byteLength;
    if (bytes <= PACKED_BYTES_MAX) return this.inner.append(commit);
    const details = { actual: bytes, max: PACKED_BYTES_MAX, unit: 'bytes' } as const;
    throw new AppendTooLargeError(`The append has ${bytes} bytes; split it`, details);
  }
}

/** Stores the aggregates of an append one after the other, each in a turn of its own. */
class StoringAggregatesInTurn extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    for (const events of Map.groupBy(commit.events, ({ event }) => event.aggregateId).values()) {
      await this.inner.append(partOf(commit, events));
      await nextTurn();
    }
    return { replayed: false, receipts: [commit.receipt] };
  }
}

/** Compares the trace context of a repeat as if it were content. */
class ComparingTraces extends ForwardingJournal {
  readonly #traces = new Map<string, string | undefined>();

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const result = await this.inner.append(commit);
    for (const { event, digest } of commit.events) {
      const place = placeOf(event);
      if (result.replayed === false) this.#traces.set(place, commit.traceparent);
      if (this.#traces.get(place) === commit.traceparent) continue;
      const { aggregateId, aggregateVersion, eventId } = event;
      const details = { aggregateId, aggregateVersion, eventId, storedDigest: digest, digest };
      throw new IdempotencyMismatchError(`${aggregateId} holds another event ${eventId}`, details);
    }
    return result;
  }
}

/** Takes an event id once in the whole store, though nobody asked for that. */
class TakingIdsOnce extends ForwardingJournal {
  override append(commit: Commit): Promise<JournalAppendResult> {
    return this.inner.append({ ...commit, uniqueEventIds: true });
  }
}

/** Takes an event id as often as it comes, though it was told not to. */
class TakingIdsAgain extends ForwardingJournal {
  override append({ uniqueEventIds: _, ...commit }: Commit): Promise<JournalAppendResult> {
    return this.inner.append(commit);
  }
}

export const BROKEN_CHECKS: readonly BrokenJournal[] = [
  {
    name: 'accepts a second event where none must exist',
    caughtBy: '2.must-not-exist',
    wrap: (good) => new ExpectingNothing(good),
  },
  {
    name: 'lets every racing writer win',
    caughtBy: '2.one-of-racing-writers-wins',
    wrap: (good) => new CheckingBeforeItWrites(good),
  },
  {
    name: 'hides a refusal behind the failure of its rollback',
    caughtBy: '2.failures-beside-successes',
    wrap: (good) => new HidingRefusals(good),
  },
  {
    name: 'refuses a sequential writer as busy',
    caughtBy: '2.sequential-writer-is-never-refused',
    wrap: (good) => new BusyWithItself(good),
  },
  {
    name: 'ignores what a batch left unprocessed',
    caughtBy: '1.thousands-in-one-append',
    wrap: (good) => new LeavingUnprocessed(good),
  },
  {
    name: 'measures appends by what they pack to',
    caughtBy: '1.event-bytes-at-the-bound',
    wrap: (good) => new MeasuringPacked(good),
  },
  {
    name: 'shows one aggregate of an append before the other',
    caughtBy: '1.reads-across-aggregates',
    wrap: (good) => new StoringAggregatesInTurn(good),
  },
  {
    name: 'takes another trace context for other content',
    caughtBy: '3.repeated-with-another-traceparent',
    wrap: (good) => new ComparingTraces(good),
  },
  {
    name: 'keeps event ids unique unasked',
    caughtBy: '0.event-ids-repeat-across-appends',
    wrap: (good) => new TakingIdsOnce(good),
  },
  {
    name: 'keeps event ids unique nowhere',
    caughtBy: '5.unique-event-ids',
    wrap: (good) => new TakingIdsAgain(good),
  },
];
