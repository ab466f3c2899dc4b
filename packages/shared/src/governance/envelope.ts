import type { JournalCapabilities } from '../ports/EventJournal.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { AppendTooLargeError, EventTooLargeError, InvalidEventError } from '../types/errors.ts';
import type { AggregateShare } from '../types/Receipt.ts';
import { VIOLATIONS_MAX, type Violation } from '../types/Violation.ts';
import { canonicalEvent, digestOfAppend, digestOfText } from './digest.ts';
import { checkEvent, idFault } from './eventRules.ts';
import type { Provenance } from './history/provenanceOf.ts';

/** An event that keeps the envelope's rules, copied so that its caller can no longer change it. */
interface PreparedEvent {
  readonly event: DomainEvent;
  readonly payloadText: string;
  readonly metadataText: string;
  readonly digest: string;
}

/** An append that keeps the envelope's rules. */
export interface PreparedAppend {
  readonly events: readonly PreparedEvent[];
  readonly shares: readonly AggregateShare[];
  /** Over the events' digests, share by share. */
  readonly digest: string;
  /** Bytes of canonical JSON, all events together. */
  readonly bytes: number;
  /** Where another store held the events before. */
  readonly provenance?: Provenance;
}

type SizeLimits = Pick<JournalCapabilities, 'eventBytesMax' | 'appendBytesMax'>;

/**
 * Checks an append against the envelope's rules, which are the same for every store, and against the store's sizes.
 *
 * @param now - ms since 1970, for the bound on timestamps in the future
 * @throws InvalidEventError, EventTooLargeError, AppendTooLargeError
 */
export function prepareAppend(events: unknown, now: number, limits: SizeLimits): PreparedAppend {
  const copies = Array.from(checkArray(events), (given, index) => copyValid(given, index, now, limits.eventBytesMax));
  const violations = checkTogether(copies);
  if (violations.length > 0) throw invalid(violations.slice(0, VIOLATIONS_MAX));
  return prepareValid(copies, limits);
}

function copyValid(given: unknown, eventIndex: number, now: number, bytesMax: number): DomainEvent {
  const checked = checkEvent(given, eventIndex, now, bytesMax);
  if (checked.violations !== undefined) throw invalid(checked.violations, given);
  const { event, bytesMin } = checked;
  if (bytesMin > bytesMax) throw eventTooLarge(event, eventIndex, { bytes: bytesMin, bytesMax, isLeast: true });
  return event;
}

function checkArray(events: unknown): readonly unknown[] {
  if (Array.isArray(events) && events.length > 0) return events;
  const message = 'events must be an array of at least one event';
  throw new InvalidEventError([{ pointer: '', keyword: 'events', expected: 'a non-empty array', message }]);
}

function invalid(violations: readonly Violation[], event?: unknown): InvalidEventError {
  const eventId = (event as Partial<DomainEvent> | null | undefined)?.eventId;
  return new InvalidEventError(violations, idFault(eventId) === undefined ? eventId : undefined);
}

/** The rules between the events of one append: ids are unique, and versions of one aggregate follow each other. */
function checkTogether(events: readonly DomainEvent[]): Violation[] {
  const indexOfId = new Map<string, number>();
  const versions = new Map<string, number>();
  const violations: Violation[] = [];
  events.forEach(({ eventId, aggregateId, aggregateVersion }, eventIndex) => {
    const twin = indexOfId.get(eventId);
    if (twin !== undefined) violations.push(repeatedId(eventId, eventIndex, twin));
    indexOfId.set(eventId, eventIndex);
    const before = versions.get(aggregateId);
    if (before !== undefined && aggregateVersion !== before + 1) {
      violations.push(brokenSequence(eventId, eventIndex, aggregateVersion, before + 1));
    }
    versions.set(aggregateId, aggregateVersion);
  });
  return violations;
}

function repeatedId(eventId: string, eventIndex: number, twin: number): Violation {
  const message = `/eventId ${JSON.stringify(eventId)} is also the id of event ${twin} of this append; give each event its own`;
  return { eventIndex, eventId, pointer: '/eventId', keyword: 'uniqueEventId', found: eventId, message };
}

function brokenSequence(eventId: string, eventIndex: number, found: number, expected: number): Violation {
  const message = `/aggregateVersion is ${found}, but follows ${expected - 1} of the same aggregate; it must be ${expected}`;
  const rule = { pointer: '/aggregateVersion', keyword: 'sequence', expected, found: String(found) };
  return { eventIndex, eventId, ...rule, message };
}

function prepareValid(valid: readonly DomainEvent[], limits: SizeLimits): PreparedAppend {
  let bytes = 0;
  const events = valid.map((event, eventIndex) => {
    const { prepared, eventBytes } = prepareEvent(event, eventIndex, limits.eventBytesMax);
    bytes += eventBytes;
    return prepared;
  });
  if (bytes > limits.appendBytesMax) throw tooLarge(bytes, limits.appendBytesMax);
  const shares = sharesOf(events);
  return { events, shares, digest: digestOfShares(events, shares), bytes };
}

function prepareEvent(event: DomainEvent, eventIndex: number, eventBytesMax: number) {
  const canonical = canonicalEvent(event);
  const eventBytes = Buffer.byteLength(canonical);
  if (eventBytes > eventBytesMax) {
    throw eventTooLarge(event, eventIndex, { bytes: eventBytes, bytesMax: eventBytesMax });
  }
  const texts = { payloadText: JSON.stringify(event.payload), metadataText: JSON.stringify(event.metadata) };
  return { prepared: { event, ...texts, digest: digestOfText(canonical) }, eventBytes };
}

interface Size {
  readonly bytes: number;
  readonly bytesMax: number;
  /** Whether there are more bytes, which nobody has counted. Default: false. */
  readonly isLeast?: boolean;
}

function eventTooLarge({ eventId }: DomainEvent, eventIndex: number, size: Size): EventTooLargeError {
  const { bytes, bytesMax, isLeast = false } = size;
  const found = `${isLeast ? 'at least ' : ''}${bytes} bytes of canonical JSON`;
  const message = `Event ${eventId} has ${found}; this store takes ${bytesMax}. Keep large documents elsewhere and refer to them`;
  return new EventTooLargeError(message, { eventIndex, eventId, bytes, bytesMax });
}

function tooLarge(actual: number, max: number): AppendTooLargeError {
  const message = `The append has ${actual} bytes of canonical JSON; this store takes ${max}. Split it into smaller appends`;
  return new AppendTooLargeError(message, { actual, max, unit: 'bytes' });
}

function sharesOf(events: readonly PreparedEvent[]): AggregateShare[] {
  const shares = new Map<string, AggregateShare>();
  for (const { event } of events) {
    const { aggregateId, aggregateVersion } = event;
    const fromVersion = shares.get(aggregateId)?.fromVersion ?? aggregateVersion;
    shares.set(aggregateId, { aggregateId, fromVersion, toVersion: aggregateVersion });
  }
  return [...shares.values()];
}

function digestOfShares(events: readonly PreparedEvent[], shares: readonly AggregateShare[]): string {
  if (shares.length === 1) return digestOfAppend(events.map(({ digest }) => digest));
  const byAggregate = Map.groupBy(events, ({ event }) => event.aggregateId);
  return digestOfAppend(
    shares.flatMap(({ aggregateId }) => byAggregate.get(aggregateId) ?? []).map(({ digest }) => digest),
  );
}
