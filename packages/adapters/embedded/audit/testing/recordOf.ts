import type { AuditRecord } from '@nexus/shared';

export function recordOf(count: number, fields: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: new Date(Date.parse('2026-01-31T12:00:00.000Z') + count).toISOString(),
    action: 'append.refused',
    actor: { id: 'ann', roles: ['clerk'], client: 'till' },
    details: { count },
    ...fields,
  };
}
