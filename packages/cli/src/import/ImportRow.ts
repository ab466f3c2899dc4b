import type { DomainEvent, JsonValue } from '@nexus/shared';

/** An event of an import, before it has its version where the row does not say it. */
export interface ImportEvent {
  readonly event: Omit<DomainEvent, 'eventId' | 'aggregateVersion'>;
  /** Absent: made of `content`, equal rows counted apart. */
  readonly eventId?: string;
  /** Absent: the row takes its place by its time. */
  readonly version?: number;
  /** What makes the id of a row that has none of its own. */
  readonly content?: string;
}

/** One row as it was read, not yet understood. */
export interface ImportRow {
  /** Of the input, from 1. */
  readonly line: number;
  /** As it stands in the input, for the rejects file. */
  readonly source: JsonValue;
  /** @throws RowError, InvalidJsonError - the row is no event */
  readonly toEvent: () => ImportEvent;
}
