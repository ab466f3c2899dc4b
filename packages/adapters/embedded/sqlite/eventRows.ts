import { isoTime, type JsonObject, type RecordedDetails, type RecordedEvent, readJson } from '@nexus/shared';
import { unreadable } from './parseStored.ts';

/** What every read of events selects, in the order that {@link eventOf} takes it. */
export const EVENT_COLUMNS = `position, aggregate_id, version, event_id, event_type, aggregate_type, timestamp, digest,
  schema_version, recorded_at, out_of_order, traceparent, metadata, payload`;

export type StoredEventRow = readonly [
  position: number,
  aggregateId: string,
  version: number,
  eventId: string,
  eventType: string,
  aggregateType: string | null,
  timestamp: number,
  digest: string,
  schemaVersion: string | null,
  recordedAt: number,
  outOfOrder: 0 | 1,
  traceparent: string | null,
  metadata: string,
  payload: string,
];

/**
 * The event of a row.
 *
 * @throws CorruptStoreError - the row holds what no append can have stored
 */
export function eventOf(row: StoredEventRow): RecordedEvent {
  try {
    return parsed(row);
  } catch (cause) {
    throw unreadable(`Version ${row[2]} of ${row[1]}`, cause);
  }
}

function parsed(row: StoredEventRow): RecordedEvent {
  const recorded = recordedOf(row);
  const timestamp = new Date(row[6]).toISOString();
  const payload = readJson(row[13]) as JsonObject;
  const metadata = readJson(row[12]) as JsonObject;
  const [, aggregateId, aggregateVersion, eventId, eventType, aggregateType] = row;
  return aggregateType === null
    ? { eventId, eventType, aggregateId, aggregateVersion, timestamp, payload, metadata, recorded }
    : { eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp, payload, metadata, recorded };
}

function recordedOf(row: StoredEventRow): RecordedDetails {
  const recorded: { -readonly [Key in keyof RecordedDetails]: RecordedDetails[Key] } = {
    // Events that follow each other were often recorded together, and `isoTime` keeps the last text.
    recordedAt: isoTime(row[9]),
    digest: row[7],
  };
  if (row[8] !== null) recorded.schemaVersion = row[8];
  if (row[11] !== null) recorded.traceparent = row[11];
  if (row[10] === 1) recorded.outOfOrder = true;
  return recorded;
}

/** Characters of a row's JSON, as a measure of its size in memory. */
export function sizeOf(row: StoredEventRow): number {
  return row[13].length + row[12].length;
}
