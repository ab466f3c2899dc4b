import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { JsonObject } from '../types/json.ts';
import { ANONYMOUS } from '../types/Principal.ts';
import { isoTime } from '../types/time.ts';

/** Records what a subscription did to an aggregate that waits. */
export function auditFeed(
  { auditLog, clock }: { readonly auditLog: AuditLogPort; readonly clock: Clock },
  action: Extract<AuditRecord['action'], `feed.${string}`>,
  details: JsonObject,
): Promise<void> {
  return auditLog.record({ at: isoTime(clock.now()), action, actor: ANONYMOUS, details });
}
