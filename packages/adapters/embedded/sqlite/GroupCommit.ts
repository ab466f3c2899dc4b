import { type DriverFailure, FileMovedError, failureOf, isBusy } from './driver-failure.ts';
import type { NumberedRequest, WriteOutcome, WriteRequest, WriterReply } from './protocol.ts';
import { sleepSync } from './sleepSync.ts';
import type { WriteSession } from './WriteSession.ts';

/** Wait between two tries to get the write lock, in ms: less than the pause that others leave, so that one try hits it. */
const LOCK_POLL_MS = 0.4;
/** Pause before a group while other processes write too, in ms: without it one process starves the others. */
const COURTESY_MS = 1;
/** How long after it had to wait for another process a writer leaves that pause, in ms. */
const COURTESY_FOR_MS = 1_000;

export interface GroupCommitOptions {
  /** Opens the file; called again when a connection can no longer be trusted. */
  readonly openSession: () => WriteSession;
  /** Whether the path still names the file that was opened. */
  readonly isInPlace: () => boolean;
  readonly busyTimeoutMs: number;
  /** Monotonic, in ms. */
  readonly now: () => number;
  /** Blocks this thread. */
  readonly sleep: (ms: number) => void;
}

export const BLOCKING_TIME: Pick<GroupCommitOptions, 'now' | 'sleep'> = {
  now: () => performance.now(),
  sleep: sleepSync,
};

/** The transaction of a group is gone, and with it everything that the group had written. */
class GroupLost extends Error {
  readonly failure: DriverFailure;
  /** Whether it is certain that nothing was stored, and whether the requests deserve a try each. */
  readonly verdict: 'none-stored' | 'give-up' | 'unknown';

  constructor(cause: unknown, verdict: GroupLost['verdict']) {
    super('The group was rolled back', { cause });
    this.failure = failureOf(cause);
    this.verdict = verdict;
  }
}

/**
 * Writes a group of requests in one transaction, so that they share one sync of the disk. Outcomes of every kind are
 * told only after COMMIT has returned, because a refusal may rest on what the same group has just written.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #session: WriteSession | undefined;
  #transactions = 0;
  #contendedUntil = Number.NEGATIVE_INFINITY;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  run(group: readonly NumberedRequest[]): Exclude<WriterReply, string> {
    this.#transactions = 0;
    const outcomes = this.#outcomesOf(group.map(([, request]) => request));
    return {
      transactions: this.#transactions,
      outcomes: group.map(([id], index) => [id, outcomes[index] as WriteOutcome] as const),
    };
  }

  /** Empties the write-ahead log, so that the file alone is the store, and closes it. */
  finish(): void {
    try {
      this.#session?.checkpoint();
    } catch {
      // The log stays, and whoever opens the file next reads it.
    }
    this.#close();
  }

  #close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #outcomesOf(requests: readonly WriteRequest[]): readonly WriteOutcome[] {
    try {
      return this.#transact(requests);
    } catch (error) {
      const lost = lostBy(error);
      if (lost.verdict === 'unknown') return this.#lookUp(requests, lost.failure);
      if (lost.verdict === 'give-up') return requests.map(() => failed(lost.failure));
      return this.#eachAlone(requests);
    }
  }

  /** The one try that each request gets when its group was rolled back, perhaps because of another request. */
  #eachAlone(requests: readonly WriteRequest[]): readonly WriteOutcome[] {
    let obstacle: DriverFailure | undefined;
    return requests.map((request) => {
      if (obstacle !== undefined) return failed(obstacle);
      try {
        return this.#transact([request])[0] as WriteOutcome;
      } catch (error) {
        const { verdict, failure } = lostBy(error);
        if (verdict === 'unknown') return this.#lookUp([request], failure)[0] as WriteOutcome;
        // It stands in the way of all: to wait for a lock once more for each of them might take an hour.
        if (verdict === 'give-up') obstacle = failure;
        return failed(failure);
      }
    });
  }

  /** @throws GroupLost */
  #transact(requests: readonly WriteRequest[]): readonly WriteOutcome[] {
    this.#checkPlace();
    const session = this.#openedSession();
    this.#begin(session);
    this.#transactions += 1;
    const outcomes = this.#apply(session, requests);
    this.#commit(session);
    return outcomes;
  }

  #checkPlace(): void {
    try {
      if (!this.#options.isInPlace()) throw new FileMovedError();
    } catch (error) {
      throw new GroupLost(error, 'give-up');
    }
  }

  #openedSession(): WriteSession {
    try {
      this.#session ??= this.#options.openSession();
      return this.#session;
    } catch (error) {
      throw new GroupLost(error, 'give-up');
    }
  }

  #begin(session: WriteSession): void {
    const { now, sleep, busyTimeoutMs } = this.#options;
    const start = now();
    if (start < this.#contendedUntil) sleep(COURTESY_MS);
    for (;;) {
      try {
        session.begin();
        return;
      } catch (error) {
        if (!isBusy(error)) {
          this.#close();
          throw new GroupLost(error, 'give-up');
        }
        this.#contendedUntil = now() + COURTESY_FOR_MS;
        if (now() - start >= busyTimeoutMs) throw new GroupLost(error, 'give-up');
        sleep(LOCK_POLL_MS);
      }
    }
  }

  /** What one request has half written goes with its whole group: the others are written again without it. */
  #apply(session: WriteSession, requests: readonly WriteRequest[]): readonly WriteOutcome[] {
    try {
      return requests.map((request) => session.apply(request));
    } catch (error) {
      const lost = new GroupLost(error, 'none-stored');
      session.rollback();
      // A connection that could not be opened for writing cannot write either once the file may be written again.
      if (lost.failure.reason === 'read-only') this.#close();
      throw lost;
    }
  }

  #commit(session: WriteSession): void {
    const { now, sleep, busyTimeoutMs } = this.#options;
    const deadline = now() + busyTimeoutMs;
    for (;;) {
      try {
        session.commit();
        return;
      } catch (error) {
        const waits = isBusy(error) && session.isTransaction;
        if (!waits) throw new GroupLost(error, verdictOnCommit(error, session));
        if (now() >= deadline) {
          session.rollback();
          throw new GroupLost(error, 'give-up');
        }
        sleep(LOCK_POLL_MS);
      }
    }
  }

  /** After an error that may have struck before or after the moment of durability: by a new connection. */
  #lookUp(requests: readonly WriteRequest[], failure: DriverFailure): readonly WriteOutcome[] {
    const ambiguous = { kind: 'ambiguous', failure } as const;
    try {
      this.#close();
      const session = this.#openedSession();
      return requests.map((request) => (session.isStored(request) ? { kind: 'found' } : ambiguous));
    } catch {
      return requests.map(() => ambiguous);
    }
  }
}

function failed(failure: DriverFailure): WriteOutcome {
  return { kind: 'failed', failure };
}

/**
 * A full disk has stored nothing: the frame that makes a transaction valid is the last one written, so a frame that
 * could not be written means that this one was not. A damaged page is met before the first frame is written. Of any
 * other error of COMMIT (a failed sync) nothing is certain.
 */
function verdictOnCommit(error: unknown, session: WriteSession): GroupLost['verdict'] {
  const { reason } = failureOf(error);
  const isBeforeLastFrame = reason === 'disk-full' || reason === 'corrupt';
  return isBeforeLastFrame && !session.isTransaction ? 'none-stored' : 'unknown';
}

function lostBy(error: unknown): GroupLost {
  return error instanceof GroupLost ? error : new GroupLost(error, 'unknown');
}
