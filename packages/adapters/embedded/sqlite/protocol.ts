import type { Commit, CommitEvent, StoredPlace } from '@nexus/shared';
import type { DriverFailure } from './driver-failure.ts';

/** The columns of `events` that each event brings, in the order of the INSERT. */
type EventRow = readonly [
  aggregateId: string,
  version: number,
  eventId: string,
  eventType: string,
  aggregateType: string | null,
  timestamp: number,
  digest: string,
  schemaVersion: string | null,
  metadata: string,
  payload: string,
];

/** The columns of `events` that all events of an append share, in the order of the INSERT. */
type CommitColumns = readonly [recordedAt: number, outOfOrder: 0 | 1, traceparent: string | null];

export interface AppendRequest {
  readonly kind: 'append';
  readonly bytes: number;
  /** For each aggregate: its id and the first of its versions. */
  readonly starts: readonly (readonly [aggregateId: string, fromVersion: number])[];
  readonly rows: readonly EventRow[];
  readonly commit: CommitColumns;
  readonly receipt: string;
  readonly uniqueEventIds: boolean;
}

/** Writes a record if its revision is `expected` (`null`: if there is none), or removes it (`value` is `null`). */
export interface RecordRequest {
  readonly kind: 'record';
  readonly bytes: number;
  readonly key: string;
  readonly value: string | null;
  readonly revision: string;
  readonly expected: string | null;
}

export type WriteRequest = AppendRequest | RecordRequest;

/** What the store held, in the transaction that was to write, at the places that an append wanted. */
export interface HeldPlaces {
  /** The version of each aggregate of the append, in the order of `starts`. */
  readonly versions: readonly number[];
  /** For each event of the append what is stored at its place. */
  readonly places: readonly (StoredPlace | null)[];
}

/** What either kind of write may come to. */
export type CommonOutcome =
  | { readonly kind: 'stored' }
  /** After an error that left the outcome unknown, the write was found in the store. */
  | { readonly kind: 'found' }
  /** Nothing was stored. */
  | { readonly kind: 'failed'; readonly failure: DriverFailure }
  | { readonly kind: 'ambiguous'; readonly failure: DriverFailure };

export type AppendOutcome =
  | CommonOutcome
  /** The append does not go on directly behind its aggregates: the rules of the port decide what follows. */
  | { readonly kind: 'held'; readonly held: HeldPlaces }
  | {
      readonly kind: 'duplicate-event-id';
      readonly eventId: string;
      readonly aggregateId: string;
      readonly aggregateVersion: number;
    };

export type RecordOutcome =
  | CommonOutcome
  /** The record's revision is not the expected one. */
  | { readonly kind: 'record-changed' };

export type WriteOutcome = AppendOutcome | RecordOutcome;

export type NumberedRequest = readonly [id: number, request: WriteRequest];

/** What the writer's thread is sent: what one turn of the event loop asks for, or the end. */
export type WriterMessage = readonly NumberedRequest[] | 'close';

/** What the writer's thread sends: that it listens, the outcomes of one group, or that it has closed the file. */
export type WriterReply =
  | 'ready'
  | 'closed'
  | {
      /** Transactions that this group took. */
      readonly transactions: number;
      readonly outcomes: readonly (readonly [id: number, outcome: WriteOutcome])[];
    };

export interface WriterSettings {
  readonly path: string;
  /** Of the file that the store was opened on. */
  readonly fileId: string | undefined;
  readonly busyTimeoutMs: number;
  readonly fileBytesMax: number | null;
}

export function appendRequestOf(commit: Commit): AppendRequest {
  return {
    kind: 'append',
    bytes: commit.bytes,
    starts: commit.shares.map(({ aggregateId, fromVersion }) => [aggregateId, fromVersion] as const),
    rows: commit.events.map(eventRowOf),
    commit: [Date.parse(commit.recordedAt), commit.outOfOrder === true ? 1 : 0, commit.traceparent ?? null],
    receipt: JSON.stringify(commit.receipt),
    uniqueEventIds: commit.uniqueEventIds === true,
  };
}

function eventRowOf({ event, digest, schemaVersion, metadataText, payloadText }: CommitEvent): EventRow {
  return [
    event.aggregateId,
    event.aggregateVersion,
    event.eventId,
    event.eventType,
    event.aggregateType ?? null,
    Date.parse(event.timestamp),
    digest,
    schemaVersion ?? null,
    metadataText,
    payloadText,
  ];
}
