import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';

/** Writes audit records to the structured log, where a process has no disk of its own. */
export class LoggerAuditLog implements AuditLogPort {
  readonly #logger: LoggerPort;

  constructor(logger: LoggerPort) {
    this.#logger = logger;
  }

  async record(record: AuditRecord): Promise<void> {
    this.#logger.info({ audit: record }, `audit ${record.action}`);
  }
}
