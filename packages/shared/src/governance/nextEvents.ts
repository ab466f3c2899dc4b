import { randomUUID } from 'node:crypto';
import type { DomainEvent, EventMetadata } from '../types/DomainEvent.ts';
import type { JsonObject } from '../types/json.ts';
import { isoTime } from '../types/time.ts';

/** An event before it has its place. */
export interface EventDraft<Type extends string = string, Payload = JsonObject> {
  readonly eventType: Type;
  readonly payload: Payload;
  readonly aggregateType?: string;
  /** Default: `{}`. */
  readonly metadata?: EventMetadata;
  /** Default: a random UUID. */
  readonly eventId?: string;
  /** Default: now. */
  readonly timestamp?: string;
}

/** The event that each draft of a union becomes. */
type EventOfDraft<Draft> = Draft extends EventDraft<infer Type, infer Payload> ? DomainEvent<Type, Payload> : never;

export interface NextEventsOptions {
  /** ms since 1970. Default: the system's clock. */
  readonly now?: () => number;
  readonly newId?: () => string;
}

/**
 * The events that follow an aggregate's version, in the order of the drafts: fills id, version and time, so that
 * callers need not number by hand. Keep the result when an append's outcome is unknown: only the same events are the
 * same append.
 *
 * @param version - the aggregate's version; 0 for a new one
 */
export function nextEvents<Type extends string, Draft extends EventDraft<Type, unknown>>(
  aggregateId: string,
  version: number,
  drafts: readonly Draft[],
  options: NextEventsOptions = {},
): EventOfDraft<Draft>[] {
  const { now = Date.now, newId = randomUUID } = options;
  const timestamp = isoTime(now());
  return drafts.map((draft, index) => ({
    eventId: draft.eventId ?? newId(),
    eventType: draft.eventType,
    aggregateId,
    ...(draft.aggregateType === undefined ? {} : { aggregateType: draft.aggregateType }),
    aggregateVersion: version + 1 + index,
    timestamp: draft.timestamp ?? timestamp,
    payload: draft.payload,
    metadata: draft.metadata ?? {},
  })) as EventOfDraft<Draft>[];
}
