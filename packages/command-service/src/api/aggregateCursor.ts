import { CursorInvalidError, digestOfText } from '@nexus/shared';

/** A read of one aggregate, as the client asked for it. */
export interface AggregateQuery {
  readonly id: string;
  readonly fromVersion?: number | undefined;
  readonly toVersion?: number | undefined;
}

/**
 * Where the next page begins, bound to the query that it belongs to. It says nothing that the query does not: a client
 * could read the same versions by asking for them.
 */
export function cursorOf(query: AggregateQuery, nextVersion: number): string {
  return Buffer.from(`${nextVersion}.${bindingOf(query)}`).toString('base64url');
}

/** @throws CursorInvalidError */
export function versionOfCursor(query: AggregateQuery, cursor: string): number {
  const [version = '', binding] = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  const next = /^[1-9]\d{0,15}$/.test(version) ? Number(version) : Number.NaN;
  if (!Number.isSafeInteger(next)) throw invalid('is none that this service gave out');
  if (binding !== bindingOf(query)) throw invalid('belongs to another aggregate or other versions; begin without it');
  return next;
}

function bindingOf({ id, fromVersion, toVersion }: AggregateQuery): string {
  return digestOfText(JSON.stringify([id, fromVersion ?? null, toVersion ?? null])).slice(-16);
}

function invalid(rule: string): CursorInvalidError {
  return new CursorInvalidError(`The cursor ${rule}`, { rule });
}
