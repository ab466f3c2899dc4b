/** What the keys of the seals begin with, among the records of a store. The chain's id follows. */
export const AUDIT_SEAL_PREFIX = 'audit-seal/';

/** How far a chain of audit lines had come at some time, kept in the store, where who changes the files cannot reach it. */
export interface AuditSeal {
  readonly chain: string;
  /** Of the last line that is sealed: 1, 2, 3 … within the chain. */
  readonly sequence: number;
  /** Of that line. */
  readonly hash: string;
  /** The name of the file that has that line. */
  readonly file: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
}

/** Whether a value from a store is a seal. */
export function isAuditSeal(value: unknown): value is AuditSeal {
  if (typeof value !== 'object' || value === null) return false;
  const { chain, sequence, hash, file, at } = value as Partial<Record<keyof AuditSeal, unknown>>;
  const areTexts = [chain, hash, file, at].every((text) => typeof text === 'string' && text !== '');
  return areTexts && Number.isSafeInteger(sequence) && (sequence as number) >= 1;
}
