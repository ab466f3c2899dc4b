import type { AuditLogPort, AuditRecord } from '../ports/AuditLogPort.ts';

/** Keeps the audit records in an array, for tests. */
export class InMemoryAuditLog implements AuditLogPort {
  readonly records: AuditRecord[] = [];

  async record(record: AuditRecord): Promise<void> {
    this.records.push(record);
  }
}
