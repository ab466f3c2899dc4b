import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { EventJournal } from '../ports/EventJournal.ts';
import { NotFoundError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import { ANONYMOUS, type Principal } from '../types/Principal.ts';
import { isoTime } from '../types/time.ts';
import type { ConsumerRecords } from './ConsumerRecords.ts';

export interface FeedAudit {
  readonly auditLog: AuditLogPort;
  readonly clock: Clock;
}

/** Records what was done to an aggregate that waits. */
export function auditFeed(
  { auditLog, clock }: FeedAudit,
  action: Extract<AuditRecord['action'], `feed.${string}`>,
  details: JsonObject,
  actor: Principal = ANONYMOUS,
): Promise<void> {
  return auditLog.record({ at: isoTime(clock.now()), action, actor, details });
}

/**
 * Asks a consumer to deliver a parked aggregate again. On record before it takes effect.
 *
 * @throws NotFoundError
 */
export async function retryParked(
  records: ConsumerRecords,
  audit: FeedAudit,
  parked: { readonly consumer: string; readonly aggregateId: string },
  actor?: Principal,
): Promise<void> {
  await records.expectParked(parked.consumer, parked.aggregateId);
  await auditFeed(audit, 'feed.retried', parked, actor);
  await records.requestRetry(parked.consumer, parked.aggregateId);
}

/**
 * Asks a consumer to skip the version that waits. On record before it takes effect.
 *
 * @throws NotFoundError - also behind the last event: what is yet to come must not be skipped unseen
 */
export async function discardParked(
  records: ConsumerRecords,
  audit: FeedAudit & { readonly journal: EventJournal },
  parked: { readonly consumer: string; readonly aggregateId: string; readonly aggregateVersion: number },
  actor?: Principal,
): Promise<void> {
  const { consumer, aggregateId, aggregateVersion } = parked;
  await records.expectParked(consumer, aggregateId, aggregateVersion);
  if ((await audit.journal.getVersion(aggregateId)) < aggregateVersion) throw notStored(aggregateId, aggregateVersion);
  await auditFeed(audit, 'feed.discarded', parked, actor);
  await records.requestDiscard(consumer, aggregateId, aggregateVersion);
}

function notStored(aggregateId: string, aggregateVersion: number): NotFoundError {
  const message = `${aggregateId} has no version ${aggregateVersion} yet that could be discarded`;
  return new NotFoundError(message, { what: `version ${aggregateVersion} of ${aggregateId}` });
}
