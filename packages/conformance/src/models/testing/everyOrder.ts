import type { Operation } from '../Operation.ts';

/** The definition, word for word: whether any order of the operations, of those of unknown outcome any part, is right. */
export function hasAnOrder(operations: readonly Operation[], stored: readonly string[] = []): boolean {
  if (operations.every(isAmbiguous)) return true;
  return operations.some((one) => {
    const rest = operations.filter((other) => other !== one);
    if (rest.some((other) => !isAmbiguous(other) && other.respondedAt < one.invokedAt)) return false;
    const after = stateAfter(one, stored);
    return after !== undefined && hasAnOrder(rest, after);
  });
}

function isAmbiguous(operation: Operation): boolean {
  return operation.call === 'append' && operation.outcome === 'ambiguous';
}

/** What is stored after the operation; `undefined` if its answer would not be right. */
function stateAfter(one: Operation, stored: readonly string[]): readonly string[] | undefined {
  if (one.call === 'version') return one.version === stored.length ? stored : undefined;
  const wanted = one.eventIds.join();
  if (one.call === 'read')
    return stored.slice(one.fromVersion - 1, one.toVersion).join() === wanted ? stored : undefined;
  const outcome = answerOf(stored, one.fromVersion, one.eventIds);
  if (one.actualVersion !== undefined && one.actualVersion !== stored.length) return undefined;
  if (outcome === 'stored' && (one.outcome === 'ambiguous' || one.outcome === 'stored'))
    return [...stored, ...one.eventIds];
  return outcome === one.outcome ? stored : undefined;
}

function answerOf(stored: readonly string[], fromVersion: number, eventIds: readonly string[]): string {
  const there = stored.slice(fromVersion - 1, fromVersion - 1 + eventIds.length);
  if (there.join() === eventIds.join()) return 'replayed';
  if (fromVersion <= stored.length) return 'conflict';
  return fromVersion === stored.length + 1 ? 'stored' : 'gap';
}
