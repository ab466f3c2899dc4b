import { InvalidArgumentError } from '@nexus/shared';
import type { AppendOperation, Operation } from './Operation.ts';
import { mayBeStored } from './seenEvents.ts';
import { type VersionBounds, versionBounds } from './versionBounds.ts';

/** An operation that must, or may, find its place in the order. */
interface Candidate extends VersionBounds {
  readonly index: number;
  readonly operation: Operation;
}

type Writing = Candidate & { readonly operation: AppendOperation };

/** A beginning of an order. */
interface State {
  /** The aggregate's event ids by then. */
  readonly eventIds: readonly string[];
  /** The answered operations that have no place yet, by `invokedAt`. */
  readonly open: readonly Candidate[];
}

/** The search for an order of one aggregate's operations. */
export class OrderSearch {
  readonly #answered: readonly Candidate[];
  readonly #ambiguous: readonly Writing[];
  readonly #statesMax: number;
  readonly #visited = new Set<string>();
  #furthest: State;

  /** @param seen - event ids by version, which all answered operations agree on */
  constructor(operations: readonly Operation[], seen: ReadonlyMap<number, string>, statesMax: number) {
    const candidates = operations
      .toSorted((left, right) => left.invokedAt - right.invokedAt)
      .map((operation, index) => ({ index, operation, ...versionBounds(operation) }));
    this.#answered = candidates.filter((one) => !isWriting(one, 'ambiguous'));
    this.#ambiguous = candidates
      .filter((one) => isWriting(one, 'ambiguous'))
      .filter((one) => mayBeStored(one.operation, seen));
    this.#statesMax = statesMax;
    this.#furthest = { eventIds: [], open: this.#answered };
  }

  /** Where no order leads on; `undefined` if there is one. */
  fault(): string | undefined {
    const waiting: State[] = [this.#furthest];
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      const settled = withObservations(state);
      if (settled.open.length === 0) return undefined;
      if (settled.open.length < this.#furthest.open.length) this.#furthest = settled;
      if (this.#isNew(settled)) waiting.push(...this.#next(settled));
    }
    return describe(this.#furthest);
  }

  #isNew({ eventIds, open }: State): boolean {
    const key = JSON.stringify([eventIds, open.map(({ index }) => index)]);
    if (this.#visited.has(key)) return false;
    if (this.#visited.size >= this.#statesMax) {
      const rule = `leads to more than ${this.#statesMax} states; record a shorter one, with fewer ambiguous appends`;
      throw new InvalidArgumentError('history', rule);
    }
    this.#visited.add(key);
    return true;
  }

  /** The states that an append leads to. One that is known to be stored at this version leaves no room for another. */
  #next({ eventIds, open }: State): State[] {
    const version = eventIds.length;
    if (open.some(({ most }) => most < version)) return [];
    const soonest = soonestAnswer(open);
    const due = open.filter((one) => isWriting(one, 'stored')).find(({ least }) => least === version);
    const appends = due === undefined ? this.#ambiguous.filter(({ least }) => least === version) : [due];
    return appends
      .filter(({ operation }) => operation.invokedAt <= soonest)
      .map((append) => ({
        eventIds: [...eventIds, ...append.operation.eventIds],
        open: open.filter((one) => one !== append),
      }));
  }
}

/**
 * Gives a place to every observation that is right here. That is never a mistake: it changes nothing, and the fewer
 * operations are open, the less is forbidden.
 */
function withObservations({ eventIds, open }: State): State {
  let left = open;
  for (;;) {
    const soonest = soonestAnswer(left);
    const rest = left.filter((one) => one.operation.invokedAt > soonest || !isRightAt(eventIds, one));
    if (rest.length === left.length) return { eventIds, open: rest };
    left = rest;
  }
}

/** Whether the operation stores nothing, and answers what it did where these events are stored. */
function isRightAt(eventIds: readonly string[], { operation, least, most }: Candidate): boolean {
  if (eventIds.length < least || eventIds.length > most) return false;
  if (operation.call !== 'append') return true;
  if (operation.outcome === 'conflict') return !holdsAll(eventIds, operation);
  return operation.outcome !== 'stored';
}

/** Whether the append is stored whole, and would have been answered as a repeat. */
function holdsAll(stored: readonly string[], { fromVersion, eventIds }: AppendOperation): boolean {
  return eventIds.every((eventId, index) => stored[fromVersion - 1 + index] === eventId);
}

/** What was called later than this has an open operation before it. */
function soonestAnswer(open: readonly Candidate[]): number {
  let soonest = Number.POSITIVE_INFINITY;
  for (const { operation } of open) {
    if (operation.invokedAt > soonest) break;
    soonest = Math.min(soonest, operation.respondedAt);
  }
  return soonest;
}

function isWriting(one: Candidate, outcome: 'stored' | 'ambiguous'): one is Writing {
  return one.operation.call === 'append' && one.operation.outcome === outcome;
}

function describe({ eventIds, open }: State): string {
  const soonest = soonestAnswer(open);
  const stuck = open.filter(({ operation }) => operation.invokedAt <= soonest).map(({ operation }) => operation);
  return `at version ${eventIds.length} none of these can come next: ${stuck.map((one) => JSON.stringify(one)).join(', ')}`;
}
