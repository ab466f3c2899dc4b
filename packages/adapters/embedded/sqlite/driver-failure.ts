// The writer's thread starts with this: it imports no other package, so that the first append does not wait for one.

export type FailureReason =
  | 'busy'
  | 'disk-full'
  | 'read-only'
  | 'io-error'
  | 'corrupt'
  | 'cannot-open'
  | 'file-moved'
  | 'driver-error';

/** Why SQLite failed, in a form that travels between threads. */
export interface DriverFailure {
  readonly reason: FailureReason;
  /** SQLite's extended result code; 0 where the error is not SQLite's. */
  readonly sqliteCode: number;
  readonly message: string;
}

/** Primary result codes: https://sqlite.org/rescode.html */
const REASONS: Readonly<Record<number, FailureReason>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  10: 'io-error',
  11: 'corrupt',
  13: 'disk-full',
  14: 'cannot-open',
  26: 'corrupt',
};

/** The path no longer names the file that is open, so that whatever is written would be out of everybody's sight. */
export class FileMovedError extends Error {
  constructor() {
    super('the file was moved, removed or replaced while it was open');
    this.name = 'FileMovedError';
  }
}

/** What is known about an error of the driver. */
export function failureOf(error: unknown): DriverFailure {
  const sqliteCode = sqliteCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof FileMovedError) return { reason: 'file-moved', sqliteCode, message };
  return { reason: REASONS[sqliteCode & 0xff] ?? 'driver-error', sqliteCode, message };
}

/** SQLite's extended result code; 0 where the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode : 0;
}

/** Whether another connection was in the way, and the same call may succeed in a moment. */
export function isBusy(error: unknown): boolean {
  return failureOf(error).reason === 'busy';
}
