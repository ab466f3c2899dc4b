import type { AppendOperation, Operation, ReadOperation } from './Operation.ts';

/** The versions of the aggregate at which an operation can have happened. Both inclusive. */
export interface VersionBounds {
  readonly least: number;
  readonly most: number;
}

const ANY = Number.POSITIVE_INFINITY;

/**
 * An aggregate only grows, so that what an operation saw bounds the version at which it happened. Bounds in which the
 * least is above the most are of an operation that never can have happened.
 */
export function versionBounds(operation: Operation): VersionBounds {
  if (operation.call === 'version') return { least: operation.version, most: operation.version };
  return operation.call === 'read' ? boundsOfRead(operation) : boundsOfAppend(operation);
}

function boundsOfRead({ fromVersion, toVersion = ANY, eventIds }: ReadOperation): VersionBounds {
  const before = fromVersion - 1;
  const end = before + eventIds.length;
  const least = eventIds.length === 0 ? 0 : end;
  if (end > Math.max(toVersion, before)) return { least: ANY, most: 0 };
  return { least, most: end >= toVersion ? ANY : end };
}

function boundsOfAppend({ outcome, fromVersion, eventIds, actualVersion }: AppendOperation): VersionBounds {
  const before = fromVersion - 1;
  switch (outcome) {
    case 'stored':
    case 'ambiguous':
      return { least: before, most: before };
    case 'replayed':
      return { least: before + eventIds.length, most: ANY };
    case 'conflict':
      return { least: Math.max(fromVersion, actualVersion ?? 0), most: actualVersion ?? ANY };
    case 'gap':
      return { least: actualVersion ?? 0, most: Math.min(before - 1, actualVersion ?? ANY) };
    default:
      return outcome satisfies never;
  }
}
