import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { RecordStore } from '../ports/RecordStore.ts';
import { withTimeout } from '../resilience/withTimeout.ts';
import { GovernanceUnavailableError } from '../types/errors.ts';

/** An audit log that answers in time, or fails as unavailable. */
export class TimedAuditLog implements AuditLogPort {
  readonly #auditLog: AuditLogPort;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  constructor(auditLog: AuditLogPort, timeoutMs: number, clock: Clock) {
    this.#auditLog = auditLog;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** @throws GovernanceUnavailableError */
  record(record: AuditRecord): Promise<void> {
    return this.#inTime(() => this.#auditLog.record(record));
  }

  attach(records: RecordStore): void {
    this.#auditLog.attach?.(records);
  }

  /** @throws GovernanceUnavailableError */
  seal(): Promise<void> {
    return this.#inTime(async () => this.#auditLog.seal?.());
  }

  async #inTime(task: () => Promise<void>): Promise<void> {
    const late = () => unavailable(`no answer within ${this.#timeoutMs} ms`);
    try {
      await withTimeout(task, this.#timeoutMs, this.#clock, late);
    } catch (error) {
      if (error instanceof GovernanceUnavailableError) throw error;
      throw unavailable(error instanceof Error ? error.message : String(error), error);
    }
  }
}

function unavailable(reason: string, cause?: unknown): GovernanceUnavailableError {
  const message = `The audit log failed: ${reason}. What had to be recorded was not done; try again`;
  return new GovernanceUnavailableError(message, { part: 'audit-log', reason }, { cause });
}
