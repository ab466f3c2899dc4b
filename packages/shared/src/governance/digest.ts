import { hash } from 'node:crypto';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonValue } from '../types/json.ts';
import { canonicalJson } from './canonicalJson.ts';

export { canonicalJson };

/** Number of the digest algorithm: SHA-256 over RFC 8785. */
const ALGORITHM = '1';

/** Digest of a text, as `1:` and 64 hex digits. */
export function digestOfText(text: string): string {
  return `${ALGORITHM}:${hash('sha256', text, 'hex')}`;
}

/** The part of an event that its digest covers, in canonical form. */
export function canonicalEvent(event: DomainEvent): string {
  const { eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp, payload, metadata } = event;
  const covered = { eventId, eventType, aggregateId, aggregateVersion, timestamp, payload, metadata };
  return canonicalJson((aggregateType === undefined ? covered : { ...covered, aggregateType }) as unknown as JsonValue);
}

/** Digest of one event: of everything that the client says, and nothing that a store adds. */
export function digestOfEvent(event: DomainEvent): string {
  return digestOfText(canonicalEvent(event));
}

/** Digest of an append: over the digests of its events, in their order. */
export function digestOfAppend(eventDigests: readonly string[]): string {
  return digestOfText(eventDigests.join('\n'));
}
