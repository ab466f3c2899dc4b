const NAME_LENGTH_MAX = 60;

/** A key as a segment of a JSON Pointer (RFC 6901). */
export function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The key that a segment of a JSON Pointer stands for. */
export function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A key that a caller chose, as a segment for a message: its first 60 characters, well-formed and escaped. */
export function shortSegment(key: string): string {
  const short = key.length <= NAME_LENGTH_MAX ? key : `${key.slice(0, NAME_LENGTH_MAX)}…`;
  return escapeSegment(short.toWellFormed());
}
