import type { History, Operation } from './Operation.ts';
import { OrderSearch } from './OrderSearch.ts';
import { seenEvents } from './seenEvents.ts';

/** Whether a history is linearizable; if not, for which aggregate, and where no order leads on. */
export type Verdict =
  | { readonly linearizable: true }
  | { readonly linearizable: false; readonly aggregateId: string; readonly reason: string };

export interface LinearizabilityOptions {
  /** Most states to look at for each aggregate. Default: 100,000. */
  readonly statesMax?: number;
}

const STATES_MAX = 100_000;

/** Like {@link checkLinearizable}, without a reason. */
export function isLinearizable(history: History, options: LinearizabilityOptions = {}): boolean {
  return checkLinearizable(history, options).linearizable;
}

/**
 * Looks, for each aggregate, for an order of the operations in which every answer is right, and in which none comes
 * before another that had been answered before it was called. The search is that of Wing and Gong (1993), which
 * remembers where it has been. Since linearizability is a property of single objects, aggregates are checked one by one.
 *
 * @throws InvalidArgumentError - the bound on states is reached: too many outcomes are ambiguous
 */
export function checkLinearizable(history: History, options: LinearizabilityOptions = {}): Verdict {
  for (const [aggregateId, operations] of Map.groupBy(history, (operation) => operation.aggregateId)) {
    const reason = faultOf(operations, options.statesMax ?? STATES_MAX);
    if (reason !== undefined) return { linearizable: false, aggregateId, reason };
  }
  return { linearizable: true };
}

function faultOf(operations: readonly Operation[], statesMax: number): string | undefined {
  const seen = seenEvents(operations);
  if (seen.agrees) return new OrderSearch(operations, seen.byVersion, statesMax).fault();
  return `version ${seen.version} is ${seen.eventIds[0]} for one, and ${seen.eventIds[1]} for another`;
}
