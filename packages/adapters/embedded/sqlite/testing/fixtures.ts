import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventJournal, RecordedEvent } from '@nexus/shared';
import { onTestFinished } from 'vitest';
import { SqliteJournal, type SqliteJournalOptions } from '../../SqliteJournal.ts';

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
