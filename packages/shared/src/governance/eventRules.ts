import { shortSegment } from '../json/pointer.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonValue } from '../types/json.ts';
import { isCanonicalTime } from '../types/time.ts';
import { VIOLATIONS_MAX, type Violation } from '../types/Violation.ts';
import { copyJson, isPlainObject, type JsonCopy, type JsonFault } from './jsonRules.ts';

const ID_BYTES_MAX = 1_600;
const TYPE_BYTES_MAX = 1_024;
const FUTURE_MS_MAX = 5 * 60_000;
const NAME_LENGTH_MAX = 60;

const FIELDS: ReadonlySet<string> = new Set([
  'eventId',
  'eventType',
  'aggregateId',
  'aggregateType',
  'aggregateVersion',
  'timestamp',
  'payload',
  'metadata',
  'recorded',
]);

/** One event, checked: its violations of the envelope's rules or, where there are none, a copy of it. */
export type CheckedEvent =
  | { readonly violations: readonly [Violation, ...Violation[]]; readonly event?: never }
  | {
      readonly violations?: never;
      /** Not whole where `bytesMin` is above what was allowed. */
      readonly event: DomainEvent;
      /** Bytes that its canonical JSON has at least. */
      readonly bytesMin: number;
    };

/**
 * Holds the fields of one event against the envelope's rules. Values of the payload are never quoted.
 *
 * @param now - ms since 1970, for the bound on timestamps in the future
 * @param bytesMax - Stops copying behind as many.
 */
export function checkEvent(given: unknown, eventIndex: number, now: number, bytesMax: number): CheckedEvent {
  if (!isPlainObject(given)) {
    const message = `event ${eventIndex} must be a plain object`;
    return { violations: [{ eventIndex, pointer: '', keyword: 'type', expected: 'object', message }] };
  }
  const head = headOf(given);
  const payload = copyObject('payload', given.payload, bytesMax);
  const metadata = copyObject('metadata', given.metadata, bytesMax);
  const faults = [...unknownFields(given), ...checkHead(head, now), ...payload.faults, ...checkMetadata(metadata)];
  const [first, ...others] = faults.slice(0, VIOLATIONS_MAX).map((fault) => withEvent(fault, eventIndex, head.eventId));
  if (first !== undefined) return { violations: [first, ...others] };
  return {
    event: { ...head, payload: payload.copy, metadata: metadata.copy } as DomainEvent,
    bytesMin: payload.bytesMin + metadata.bytesMin,
  };
}

function checkHead(event: Head, now: number): JsonFault[] {
  return [
    ...checkName('eventId', event.eventId, ID_BYTES_MAX),
    ...checkName('eventType', event.eventType, TYPE_BYTES_MAX),
    ...checkName('aggregateId', event.aggregateId, ID_BYTES_MAX),
    ...(event.aggregateType === undefined ? [] : checkName('aggregateType', event.aggregateType, TYPE_BYTES_MAX)),
    ...checkVersion(event.aggregateVersion),
    ...checkTimestamp(event.timestamp, now),
  ];
}

type Head = { readonly [Field in Exclude<keyof DomainEvent, 'payload' | 'metadata' | 'recorded'>]?: unknown };

/** All but payload and metadata, which are copied by themselves. Each field is read once: what is checked is kept. */
function headOf({ eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp }: Head): Head {
  const type = aggregateType === undefined ? {} : { aggregateType };
  return { eventId, eventType, aggregateId, ...type, aggregateVersion, timestamp };
}

function withEvent(fault: JsonFault, eventIndex: number, eventId: unknown): Violation {
  const id = typeof eventId === 'string' && idFault(eventId) === undefined ? { eventId } : {};
  return { eventIndex, ...id, ...fault };
}

function fault(pointer: string, keyword: string, expected: JsonValue, message: string, found?: string): JsonFault {
  return { pointer, keyword, expected, ...(found === undefined ? {} : { found }), message: `${pointer} ${message}` };
}

function unknownFields(event: Record<string, unknown>): JsonFault[] {
  return Object.keys(event)
    .filter((field) => !FIELDS.has(field))
    .slice(0, VIOLATIONS_MAX)
    .map((field) =>
      fault(
        `/${shortSegment(field)}`,
        'unknownField',
        [...FIELDS],
        'is no field of an event; put it into payload or metadata',
      ),
    );
}

/** Why a name is not one, or `undefined`. */
function nameFault(value: unknown, bytesMax: number): string | undefined {
  if (typeof value !== 'string') return `must be a string of 1 to ${bytesMax} bytes of UTF-8`;
  if (value === '') return `must not be empty`;
  if (!value.isWellFormed()) return 'holds half of a surrogate pair; send well-formed Unicode';
  const bytes = Buffer.byteLength(value);
  if (bytes > bytesMax) return `has ${bytes} bytes of UTF-8; at most ${bytesMax} are allowed`;
  if (value === '.' || value === '..') return 'must not be . or .., which no URL can carry';
  return undefined;
}

/** Why an aggregate id or event id is not one, or `undefined`. */
export function idFault(value: unknown): string | undefined {
  return nameFault(value, ID_BYTES_MAX);
}

/** Why an event type is not one, or `undefined`. */
export function typeFault(value: unknown): string | undefined {
  return nameFault(value, TYPE_BYTES_MAX);
}

function checkName(field: string, value: unknown, bytesMax: number): JsonFault[] {
  const message = nameFault(value, bytesMax);
  return message === undefined ? [] : [fault(`/${field}`, 'name', `1 to ${bytesMax} bytes of UTF-8`, message)];
}

function checkVersion(value: unknown): JsonFault[] {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return [];
  return [fault('/aggregateVersion', 'version', 'an integer from 1', 'must be an integer from 1', describe(value))];
}

function checkTimestamp(value: unknown, now: number): JsonFault[] {
  const expected = 'ISO 8601 in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z';
  if (!isCanonicalTime(value)) {
    return [
      fault(
        '/timestamp',
        'timestamp',
        expected,
        `must be ${expected}; new Date(…).toISOString() writes it`,
        describe(value),
      ),
    ];
  }
  if (Date.parse(value) <= now + FUTURE_MS_MAX) return [];
  return [
    fault(
      '/timestamp',
      'future',
      'at most 5 minutes ahead',
      "is more than 5 minutes ahead of the store's clock",
      value,
    ),
  ];
}

function copyObject(field: string, value: unknown, bytesMax: number): JsonCopy {
  if (isPlainObject(value)) return copyJson(value, `/${field}`, bytesMax);
  const notObject = fault(`/${field}`, 'type', 'object', 'must be a plain JSON object', kindOf(value));
  return { copy: undefined, faults: [notObject], bytesMin: 0 };
}

function checkMetadata({ copy, faults }: JsonCopy): readonly JsonFault[] {
  if (faults.length > 0) return faults;
  const metadata = copy as Record<string, unknown>;
  const reserved = Object.keys(metadata).filter(isReserved).slice(0, VIOLATIONS_MAX);
  return [...reserved.map(reservedKey), ...checkKnownMetadata(metadata)];
}

function isReserved(key: string): boolean {
  return key.startsWith('$') || key.startsWith('nexus');
}

function reservedKey(key: string): JsonFault {
  const message = 'is reserved: keys that start with $ or nexus belong to the store; rename it';
  return fault(`/metadata/${shortSegment(key)}`, 'reservedKey', 'a key without the prefixes $ and nexus', message);
}

function checkKnownMetadata(metadata: Record<string, unknown>): JsonFault[] {
  const faults = ['correlationId', 'causationId', 'userId']
    .filter((key) => Object.hasOwn(metadata, key) && typeof metadata[key] !== 'string')
    .map((key) => fault(`/metadata/${key}`, 'type', 'string', 'must be a string', describe(metadata[key])));
  const version = metadata.schemaVersion;
  if (!Object.hasOwn(metadata, 'schemaVersion') || isSchemaVersion(version)) return faults;
  const expected = 'an integer from 1, or a string of 1 to 200 characters';
  return [
    ...faults,
    fault('/metadata/schemaVersion', 'schemaVersion', expected, `must be ${expected}`, describe(version)),
  ];
}

function isSchemaVersion(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= 1 && value.length <= 200;
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** What was found, in short. Never for what lies in a payload. */
function describe(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'string' ? JSON.stringify(value.slice(0, NAME_LENGTH_MAX)) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
