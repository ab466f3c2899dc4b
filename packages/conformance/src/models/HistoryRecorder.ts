import { type ConcurrencyError, type DomainEvent, type EventStorePort, isNexusError } from '@nexus/shared';
import type { AppendOperation, History, Operation } from './Operation.ts';

/** What of the port a history records. */
type RecordedStore = Pick<EventStorePort, 'append' | 'getEvents' | 'getVersion' | 'readAggregate'>;

interface Outcome {
  readonly outcome: AppendOperation['outcome'];
  readonly actualVersion?: number;
  /** The one aggregate that the outcome is about. Default: all of the append. */
  readonly aggregateId?: string;
}

/** Puts the calls of concurrent clients, through any instances of one store, on one logical clock. */
export class HistoryRecorder {
  readonly #operations: Operation[] = [];
  #now = 0;

  /** What was answered so far, in the order of the answers. */
  get history(): History {
    return this.#operations;
  }

  /**
   * Appends, and records what came of it. An append that is refused by the rules of versions, or whose outcome is
   * unknown, is an answer.
   *
   * @returns whether the events are stored
   * @throws whatever else the append is refused with: it stored nothing, and is not recorded
   */
  async append(store: RecordedStore, events: readonly DomainEvent[]): Promise<boolean> {
    const invokedAt = this.#tick();
    const outcome = await store
      .append(events)
      .then(({ replayed }): Outcome => ({ outcome: replayed === false ? 'stored' : 'replayed' }), outcomeOfRefusal);
    const respondedAt = this.#tick();
    const { aggregateId: about, ...answer } = outcome;
    for (const [aggregateId, own] of Map.groupBy(events, (event) => event.aggregateId)) {
      if (about !== undefined && about !== aggregateId) continue;
      const fromVersion = own[0]?.aggregateVersion ?? 1;
      const eventIds = own.map(({ eventId }) => eventId);
      this.#operations.push({ call: 'append', invokedAt, respondedAt, aggregateId, fromVersion, eventIds, ...answer });
    }
    return outcome.outcome === 'stored' || outcome.outcome === 'replayed';
  }

  /** Reads by `getEvents`; both bounds are inclusive. */
  async read(store: RecordedStore, aggregateId: string, fromVersion = 1, toVersion?: number): Promise<void> {
    const invokedAt = this.#tick();
    const events = await store.getEvents(aggregateId, fromVersion, toVersion);
    this.#recordRead(aggregateId, invokedAt, fromVersion, events, toVersion);
  }

  /** Reads by `readAggregate`, from the end. */
  async readBackward(store: RecordedStore, aggregateId: string): Promise<void> {
    const invokedAt = this.#tick();
    const events: DomainEvent[] = [];
    for await (const event of store.readAggregate(aggregateId, { direction: 'backward' })) events.push(event);
    this.#recordRead(aggregateId, invokedAt, 1, events.reverse());
  }

  /** Asks for the version. */
  async version(store: RecordedStore, aggregateId: string): Promise<number> {
    const invokedAt = this.#tick();
    const version = await store.getVersion(aggregateId);
    this.#operations.push({ call: 'version', invokedAt, respondedAt: this.#tick(), aggregateId, version });
    return version;
  }

  #recordRead(
    aggregateId: string,
    invokedAt: number,
    fromVersion: number,
    events: readonly DomainEvent[],
    toVersion?: number,
  ): void {
    const eventIds = events.map(({ eventId }) => eventId);
    const end = toVersion === undefined ? {} : { toVersion };
    const respondedAt = this.#tick();
    this.#operations.push({ call: 'read', invokedAt, respondedAt, aggregateId, fromVersion, ...end, eventIds });
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

function outcomeOfRefusal(error: unknown): Outcome {
  if (isNexusError(error, 'AMBIGUOUS_COMMIT')) return { outcome: 'ambiguous' };
  const isConflict = isNexusError(error, 'CONCURRENCY_CONFLICT');
  if (!isConflict && !isNexusError(error, 'VERSION_GAP')) throw error;
  const { aggregateId, actualVersion } = (error as ConcurrencyError).details;
  return { outcome: isConflict ? 'conflict' : 'gap', aggregateId, actualVersion };
}
