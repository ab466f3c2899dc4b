import { AUDIT_SEAL_PREFIX, type AuditSeal, isAuditSeal } from '../ports/AuditSeal.ts';
import type { RecordStore } from '../ports/RecordStore.ts';
import { CorruptStoreError } from '../types/errors.ts';

/** The seals of audit logs in a store, by chain. @throws CorruptStoreError */
export async function readSeals(records: RecordStore): Promise<AuditSeal[]> {
  const seals: AuditSeal[] = [];
  for await (const { key, value } of records.list(AUDIT_SEAL_PREFIX)) {
    if (!isAuditSeal(value)) throw new CorruptStoreError(`${key} is no seal`, { where: key, found: typeof value });
    if (AUDIT_SEAL_PREFIX + value.chain !== key) {
      throw new CorruptStoreError(`${key} is the seal of another chain`, { where: key, found: value.chain });
    }
    seals.push(value);
  }
  return seals;
}
