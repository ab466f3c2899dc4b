import { createHash } from 'node:crypto';

const ENCODED_LENGTH_MAX = 200;
const KEPT_LENGTH = 120;
/** What stands for itself. Upper case does not: some file systems take `A` and `a` for one. */
const PLAIN = /^[a-z0-9_-]$/;

/**
 * A file name for a name of any kind, by an injective percent-encoding. An encoded name over 200 bytes keeps its first
 * 120, and ends in `~` and the SHA-256 of the whole: the true name must then be read from the content.
 */
export function encodeName(name: string): string {
  const encoded = [...Buffer.from(name, 'utf8')].map(encodeByte).join('');
  if (encoded.length <= ENCODED_LENGTH_MAX) return encoded;
  return `${encoded.slice(0, KEPT_LENGTH)}~${createHash('sha256').update(name).digest('hex')}`;
}

/** The name that was encoded; `undefined` if the file name is no encoding, or one that was cut. */
export function decodeName(encoded: string): string | undefined {
  try {
    const name = decodeURIComponent(encoded);
    return encodeName(name) === encoded ? name : undefined;
  } catch {
    return undefined;
  }
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
