import type { JsonObject } from '../types/json.ts';
import type { Principal } from '../types/Principal.ts';

export interface AuditRecord {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly action:
    | 'append.refused'
    | 'append.observed'
    | 'store.ungoverned'
    | 'feed.retried'
    | 'feed.discarded'
    | 'feed.skipped';
  readonly actor: Principal;
  /** Never a payload. */
  readonly details: JsonObject;
}

/** Where decisions are recorded for auditors. */
export interface AuditLogPort {
  /** Resolves when the record is kept. */
  record(record: AuditRecord): Promise<void>;
}
