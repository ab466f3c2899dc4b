import type { TimeKey } from '../ports/EventJournal.ts';
import { CursorInvalidError } from '../types/errors.ts';
import type { JsonValue } from '../types/json.ts';
import { isCanonicalTime } from '../types/time.ts';
import { digestOfText } from './digest.ts';
import { idFault } from './eventRules.ts';

/** What a cursor is bound to. */
export interface CursorScope {
  readonly storeId: string;
  readonly eventType: string;
  readonly startTime: string;
  readonly endTime: string;
}

/** Where the next page of a temporal query begins. */
export interface CursorPlace {
  readonly after: TimeKey;
  readonly snapshot?: string;
}

const VERSION = 1;

export function encodeCursor(scope: CursorScope, place: CursorPlace): string {
  const { timestamp, aggregateId, aggregateVersion } = place.after;
  const position = [timestamp, aggregateId, aggregateVersion, place.snapshot ?? null];
  return Buffer.from(JSON.stringify([VERSION, sealOf(scope, position), ...position])).toString('base64url');
}

/** @throws CursorInvalidError */
export function decodeCursor(cursor: string, scope: CursorScope): CursorPlace {
  const content = parse(cursor);
  if (!Array.isArray(content) || content[0] !== VERSION) throw invalid('is malformed');
  const [, seal, ...position] = content as JsonValue[];
  if (seal !== sealOf(scope, position)) throw invalid('was changed, or belongs to another query or another store');
  const [timestamp, aggregateId, aggregateVersion, snapshot] = position;
  const isPlace =
    isCanonicalTime(timestamp) && idFault(aggregateId) === undefined && Number.isSafeInteger(aggregateVersion);
  if (!isPlace || !(snapshot === null || typeof snapshot === 'string')) throw invalid('is malformed');
  const after = { timestamp, aggregateId: aggregateId as string, aggregateVersion: aggregateVersion as number };
  return snapshot === null ? { after } : { after, snapshot };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid('is malformed');
  }
}

/** Over the place too, so that a damaged cursor is refused instead of leading elsewhere. */
function sealOf({ storeId, eventType, startTime, endTime }: CursorScope, position: readonly JsonValue[]): string {
  return digestOfText(JSON.stringify([storeId, eventType, startTime, endTime, ...position]));
}

function invalid(rule: string): CursorInvalidError {
  return new CursorInvalidError(`The cursor ${rule}; begin the query again without one`, { rule });
}
