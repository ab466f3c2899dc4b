import type { JsonObject } from '../types/json.ts';
import type { Principal } from '../types/Principal.ts';
import type { RecordStore } from './RecordStore.ts';

export interface AuditRecord {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly action:
    | 'append.refused'
    | 'append.observed'
    | 'history.imported'
    | 'store.ungoverned'
    | 'query.begin'
    | 'query.end'
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

  /** Called once by the store that the log is given to: where seals of the log are kept, if it makes any. */
  attach?(records: RecordStore): void;

  /** Called by the store before it closes: seals what was recorded, if the log makes seals. */
  seal?(): Promise<void>;
}
