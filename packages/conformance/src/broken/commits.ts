import {
  type AggregateShare,
  type Commit,
  type CommitEvent,
  digestOfAppend,
  type EventJournal,
  type RecordedEvent,
} from '@nexus/shared';

/** The part of a commit that holds these of its events, with a receipt cut to them. */
export function partOf(commit: Commit, events: readonly CommitEvent[]): Commit {
  const shares = sharesOf(events);
  const digest = digestOfAppend(events.map((one) => one.digest));
  const receiptId = `${commit.receipt.receiptId}/${events[0]?.digest}`;
  return { ...commit, events, shares, receipt: { ...commit.receipt, receiptId, shares, digest } };
}

function sharesOf(events: readonly CommitEvent[]): AggregateShare[] {
  const byAggregate = Map.groupBy(events, ({ event }) => event.aggregateId);
  return [...byAggregate].map(([aggregateId, own]) => ({
    aggregateId,
    fromVersion: own[0]?.event.aggregateVersion ?? 1,
    toVersion: own.at(-1)?.event.aggregateVersion ?? 1,
  }));
}

/** The commit with its events numbered directly behind what the journal holds. */
export async function renumbered(commit: Commit, journal: EventJournal): Promise<Commit> {
  const versions = new Map<string, number>();
  for (const { aggregateId } of commit.shares) versions.set(aggregateId, await journal.getVersion(aggregateId));
  const events = commit.events.map((one) => {
    const aggregateVersion = (versions.get(one.event.aggregateId) ?? 0) + 1;
    versions.set(one.event.aggregateId, aggregateVersion);
    return { ...one, event: { ...one.event, aggregateVersion } };
  });
  return partOf(commit, events);
}

/** An event of a commit as it would be read from the store. */
export function recordedOf({ event, digest }: CommitEvent, { recordedAt }: Commit): RecordedEvent {
  return { ...event, recorded: { recordedAt, digest } };
}

/** Where an event stands, as one text. */
export function placeOf({ aggregateId, aggregateVersion }: { aggregateId: string; aggregateVersion: number }): string {
  return JSON.stringify([aggregateId, aggregateVersion]);
}
