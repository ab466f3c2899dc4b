import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ANONYMOUS,
  type Commit,
  type CommitEvent,
  type DomainEvent,
  digestOfAppend,
  digestOfEvent,
  type EventJournal,
  type RecordedEvent,
} from '@nexus/shared';
import { onTestFinished } from 'vitest';
import { SqliteJournal, type SqliteJournalOptions } from '../SqliteJournal.ts';

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

/** A folder that the running test has to itself. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal that is closed when the running test ends. */
export function openJournal(options: Partial<SqliteJournalOptions> = {}): SqliteJournal & { readonly path: string } {
  const path = options.path ?? join(temporaryFolder(), 'nexus.db');
  const journal = new SqliteJournal({ ...options, path });
  onTestFinished(() => journal.close());
  return Object.assign(journal, { path });
}

export async function readAll(journal: EventJournal, aggregateId: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of journal.readAggregate(aggregateId, { fromVersion: 1, direction: 'forward' })) {
    events.push(...page);
  }
  return events;
}
