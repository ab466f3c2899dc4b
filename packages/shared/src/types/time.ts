let lastMs = 0;
let lastText = new Date(0).toISOString();

/** ms since 1970 as ISO 8601, UTC, milliseconds. Many calls ask for the same millisecond, so the last one is kept. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/**
 * Whether less than `ms` have passed since then. Not where the clock was set back meanwhile: nobody knows then how long
 * ago it was, and what is kept for a while must not be kept for as long as the clock went back.
 */
export function isRecent(since: number, now: number, ms: number): boolean {
  return now >= since && now - since < ms;
}

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ZONED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether a value is a time exactly as `Date.prototype.toISOString` writes it, in the years 0001 to 9999. */
export function isCanonicalTime(value: unknown): value is string {
  if (typeof value !== 'string' || !CANONICAL.test(value) || value.startsWith('0000')) return false;
  if (Number.isNaN(Date.parse(value))) return false;
  // Date.parse refuses most of what does not exist, but not 30 February, and not 24:00.
  const isPlain = Number(value.slice(8, 10)) <= 28 && !value.startsWith('24', 11);
  return isPlain || isoTime(Date.parse(value)) === value;
}

/**
 * An RFC 3339 time with a zone, of no more than milliseconds (further digits must be zeros), in canonical form.
 *
 * @returns `undefined` when it is none: no zone, a date that does not exist, or digits that would be lost
 */
export function canonicalTime(value: string): string | undefined {
  const match = ZONED.exec(value);
  if (match === null || /[^0]/.test((match[1] ?? '').slice(3))) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms) || !dayExists(value)) return undefined;
  const canonical = isoTime(ms);
  return isCanonicalTime(canonical) ? canonical : undefined;
}

/** `Date.parse` reads 31 April as 1 May. */
function dayExists(value: string): boolean {
  const day = Number(value.slice(8, 10));
  return new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1, day)).getUTCDate() === day;
}
