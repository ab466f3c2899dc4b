import { randomUUID } from 'node:crypto';
import {
  ANONYMOUS,
  type Commit,
  type CommitEvent,
  type DomainEvent,
  digestOfAppend,
  digestOfEvent,
} from '@nexus/shared';

const NOW = '2026-03-01T12:00:00.000Z';

export function eventOf(aggregateId: string, aggregateVersion: number, more: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: `${aggregateId}-${aggregateVersion}`,
    eventType: 'Counted',
    aggregateId,
    aggregateVersion,
    timestamp: NOW,
    payload: { count: aggregateVersion },
    metadata: {},
    ...more,
  };
}

/** The versions of one aggregate, both inclusive. */
export function eventsOf(aggregateId: string, fromVersion: number, toVersion: number): DomainEvent[] {
  return Array.from({ length: toVersion - fromVersion + 1 }, (_, index) => eventOf(aggregateId, fromVersion + index));
}

/** A commit as the pipeline would make it. */
export function commitOf(events: readonly DomainEvent[], more: Partial<Commit> = {}): Commit {
  const commitEvents = events.map(commitEventOf);
  const shares = [...Map.groupBy(events, ({ aggregateId }) => aggregateId)].map(([aggregateId, own]) => ({
    aggregateId,
    fromVersion: own[0]?.aggregateVersion ?? 0,
    toVersion: own.at(-1)?.aggregateVersion ?? 0,
  }));
  const receipt = {
    receiptId: randomUUID(),
    digest: digestOfAppend(commitEvents.map(({ digest }) => digest)),
    shares,
    actor: ANONYMOUS,
    decidedAt: NOW,
    mode: 'enforce',
    schemas: [],
    policy: null,
  } as const;
  const bytes = commitEvents.reduce((sum, { payloadText }) => sum + payloadText.length, 0);
  return { events: commitEvents, shares, receipt, recordedAt: NOW, bytes, ...more };
}

function commitEventOf(event: DomainEvent): CommitEvent {
  const payloadText = JSON.stringify(event.payload);
  return { event, payloadText, metadataText: JSON.stringify(event.metadata), digest: digestOfEvent(event) };
}
