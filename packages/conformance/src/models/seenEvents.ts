import type { AppendOperation, Operation } from './Operation.ts';

/** Event ids by version, as far as anybody saw them; or two that were seen at one version. */
export type SeenEvents =
  | { readonly agrees: true; readonly byVersion: ReadonlyMap<number, string> }
  | { readonly agrees: false; readonly version: number; readonly eventIds: readonly [string, string] };

/** What is stored never changes: all who saw a version, or stored it, saw the same event. */
export function seenEvents(operations: readonly Operation[]): SeenEvents {
  const byVersion = new Map<number, string>();
  for (const operation of operations) {
    if (!hasSeen(operation)) continue;
    for (const [index, eventId] of operation.eventIds.entries()) {
      const version = operation.fromVersion + index;
      const other = byVersion.get(version) ?? eventId;
      if (other !== eventId) return { agrees: false, version, eventIds: [other, eventId] };
      byVersion.set(version, eventId);
    }
  }
  return { agrees: true, byVersion };
}

/** Whether storing the append contradicts nothing that was seen. */
export function mayBeStored(append: AppendOperation, byVersion: ReadonlyMap<number, string>): boolean {
  return append.eventIds.every((eventId, index) => {
    const seen = byVersion.get(append.fromVersion + index);
    return seen === undefined || seen === eventId;
  });
}

function hasSeen(operation: Operation): operation is Extract<Operation, { eventIds: readonly string[] }> {
  if (operation.call === 'read') return true;
  return operation.call === 'append' && (operation.outcome === 'stored' || operation.outcome === 'replayed');
}
