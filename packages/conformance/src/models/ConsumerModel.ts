import type { DomainEvent } from '@nexus/shared';
import { sameEvents } from '../bench/expectations.ts';
import type { StoreModel } from './StoreModel.ts';

/** Whoever calls the handler: one subscription of the consumer. */
export interface ModelWorker {
  /** Most events that it handles between two writes of the durable place. */
  readonly checkpointEvery: number;
  /** Whether it was closed, or its process is dead. */
  readonly isGone: boolean;
}

export interface ModelParked {
  /** The version that waits. */
  readonly aggregateVersion: number;
  readonly state: 'parked' | 'retrying';
}

interface Parked extends ModelParked {
  readonly aggregateId: string;
}

/** Events that a handler fails on: of one aggregate, at the multiples of a version. */
export interface Poison {
  readonly aggregateId: string;
  readonly every: number;
}

type Place = Pick<DomainEvent, 'aggregateId' | 'aggregateVersion'>;

interface LaneEnd {
  readonly aggregateId: string;
  readonly handled: readonly number[];
  readonly parked: ModelParked | undefined;
}

/** One aggregate, as the consumer sees it. */
interface Lane {
  /** The version from which on nothing was handled or discarded. */
  next: number;
  parked: ModelParked | undefined;
  /** Versions, in the order in which they were first handled. */
  readonly handled: number[];
  /** What the handler was given, in that order. */
  readonly events: DomainEvent[];
}

/**
 * What guarantee 6 says of a durable consumer: of each aggregate every version is handled, in order, at least once, by one
 * worker at a time; nothing behind a parked version until it is retried or discarded; and nothing again, but for what a
 * dead worker had handled since it last wrote the durable place.
 */
export class ConsumerModel {
  readonly name: string;
  /** In which way the guarantee was broken so far. */
  readonly faults: string[] = [];
  /** Most events that may have been handled again so far. */
  granted = 0;
  readonly #store: StoreModel;
  readonly #lanes = new Map<string, Lane>();
  /** The version of each aggregate that is due in this session, where one was called. */
  readonly #turns = new Map<string, number>();
  #owner: ModelWorker | undefined;
  #againMax = 0;
  #again = 0;

  /** A consumer that is new, and begins at the start of the feed or at its end. */
  constructor(name: string, store: StoreModel, from: 'start' | 'now') {
    this.name = name;
    this.#store = store;
    if (from === 'start') return;
    for (const aggregateId of store.aggregateIds()) this.#laneOf(aggregateId).next = store.versionOf(aggregateId) + 1;
  }

  /** Aggregates that wait, by id. */
  get parked(): ReadonlyMap<string, ModelParked> {
    const waiting = [...this.#lanes].flatMap(([id, { parked }]) =>
      parked === undefined ? [] : [[id, parked] as const],
    );
    return new Map(waiting);
  }

  /** What was handled so far, beside what is parked in the store. */
  standing(parked: readonly Parked[]): string {
    return standingOf(
      [...this.#lanes].map(([aggregateId, { handled }]) => [aggregateId, handled]),
      parked,
    );
  }

  /** Where the consumer comes to stand by a worker that fails on some events, and dies after so many. */
  outcome(poison: Poison | undefined, events: number): string {
    const budget = { events };
    const ends = this.#store.aggregateIds().map((aggregateId) => this.#endOf(aggregateId, poison, budget));
    return standingOf(
      ends.map(({ aggregateId, handled }) => [aggregateId, handled]),
      ends.flatMap(({ aggregateId, parked }) => (parked === undefined ? [] : [{ aggregateId, ...parked }])),
    );
  }

  /** The handler is called. */
  call(worker: ModelWorker, { aggregateId, aggregateVersion }: DomainEvent): void {
    this.#own(worker);
    const { next, parked } = this.#laneOf(aggregateId);
    const turn = this.#turns.get(aggregateId);
    const due = turn ?? next;
    const what = `${this.name} is called with version ${aggregateVersion} of ${JSON.stringify(aggregateId)}`;
    if (parked?.state === 'parked') this.faults.push(`${what}, which is parked at ${parked.aggregateVersion}`);
    const isTooEarly = aggregateVersion > due;
    const isTooLate = aggregateVersion < due && (turn !== undefined || parked !== undefined);
    if (isTooEarly || isTooLate) this.faults.push(`${what}, though ${due} is due`);
    this.#turns.set(aggregateId, aggregateVersion);
  }

  /** Whether the event was never handled nor discarded. */
  isNew({ aggregateId, aggregateVersion }: DomainEvent): boolean {
    return aggregateVersion >= this.#laneOf(aggregateId).next;
  }

  /** The call succeeds. */
  succeed(event: DomainEvent): void {
    const { aggregateId, aggregateVersion } = event;
    const lane = this.#laneOf(aggregateId);
    this.#turns.set(aggregateId, aggregateVersion + 1);
    if (!this.isNew(event)) {
      this.#repeat(event);
      return;
    }
    lane.parked = undefined;
    lane.next = aggregateVersion + 1;
    lane.handled.push(aggregateVersion);
    lane.events.push(event);
  }

  /** The last call for an event fails. */
  park({ aggregateId, aggregateVersion }: DomainEvent): void {
    this.#laneOf(aggregateId).parked = { aggregateVersion, state: 'parked' };
  }

  /** An operator asks for it. @returns whether the aggregate is parked */
  retry(aggregateId: string): boolean {
    const lane = this.#laneOf(aggregateId);
    if (lane.parked === undefined) return false;
    lane.parked = { ...lane.parked, state: 'retrying' };
    return true;
  }

  /** An operator asks for it. @returns whether the aggregate is parked at this version */
  discard(aggregateId: string, aggregateVersion: number): boolean {
    const lane = this.#laneOf(aggregateId);
    const isStored = aggregateVersion <= this.#store.versionOf(aggregateId);
    if (!isStored || lane.parked?.aggregateVersion !== aggregateVersion) return false;
    lane.next = aggregateVersion + 1;
    lane.parked = { aggregateVersion: lane.next, state: 'retrying' };
    this.#turns.set(aggregateId, lane.next);
    return true;
  }

  /** The worker's process is dead. Of what it handled, as much as lies between two writes of the place is lost. */
  die(worker: ModelWorker): void {
    if (this.#owner !== worker) return;
    this.#againMax += worker.checkpointEvery;
    this.granted += worker.checkpointEvery;
  }

  /**
   * A worker has come to the end of the feed.
   *
   * @throws AssertionError - an event that was handled is not the one that is stored
   */
  settle(): void {
    this.#again = 0;
    this.#againMax = 0;
    for (const [aggregateId, lane] of this.#lanes) {
      if (lane.parked?.state === 'retrying') lane.parked = undefined;
      const stored = this.#store.eventsOf(aggregateId);
      const expected = lane.handled.map((version) => stored[version - 1]?.event as DomainEvent);
      sameEvents(lane.events, expected);
    }
  }

  #endOf(aggregateId: string, poison: Poison | undefined, budget: { events: number }): LaneEnd {
    const { next, parked, handled } = this.#laneOf(aggregateId);
    if (parked?.state === 'parked' || budget.events <= 0) return { aggregateId, handled, parked };
    const last = this.#store.versionOf(aggregateId);
    const due = Array.from({ length: Math.max(0, last + 1 - next) }, (_, index) => next + index);
    const failing = due.find((aggregateVersion) => isPoison(poison, { aggregateId, aggregateVersion }));
    const succeeding = due.filter((version) => failing === undefined || version < failing).slice(0, budget.events);
    budget.events -= succeeding.length;
    const end = { aggregateId, handled: [...handled, ...succeeding] };
    if (failing === undefined || budget.events <= 0) return { ...end, parked: undefined };
    budget.events--;
    return { ...end, parked: { aggregateVersion: failing, state: 'parked' } };
  }

  #own(worker: ModelWorker): void {
    if (this.#owner === worker) return;
    if (this.#owner?.isGone === false) this.faults.push(`${this.name} has two owners at a time`);
    this.#owner = worker;
    this.#turns.clear();
  }

  #repeat({ aggregateId, aggregateVersion }: DomainEvent): void {
    this.#again++;
    if (this.#again <= this.#againMax) return;
    const what = `${this.name} handles version ${aggregateVersion} of ${JSON.stringify(aggregateId)} again`;
    this.faults.push(`${what}, the ${this.#again}. such event where ${this.#againMax} may be`);
  }

  #laneOf(aggregateId: string): Lane {
    const known = this.#lanes.get(aggregateId);
    if (known !== undefined) return known;
    const lane: Lane = { next: 1, parked: undefined, handled: [], events: [] };
    this.#lanes.set(aggregateId, lane);
    return lane;
  }
}

export function isPoison(poison: Poison | undefined, { aggregateId, aggregateVersion }: Place): boolean {
  return poison !== undefined && aggregateId === poison.aggregateId && aggregateVersion % poison.every === 0;
}

/** Where a consumer stands, as text: versions that were handled, and what is parked, by aggregate. */
function standingOf(handled: readonly (readonly [string, readonly number[]])[], parked: readonly Parked[]): string {
  const lanes = handled.filter(([, versions]) => versions.length > 0).map(([id, versions]) => `${id}: ${versions}`);
  const waiting = parked.map((one) => `${one.aggregateId}: ${one.aggregateVersion} ${one.state}`);
  return `${lanes.sort().join('; ')} | ${waiting.sort().join('; ')}`;
}
