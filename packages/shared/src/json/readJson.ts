import { parse } from 'lossless-json';
import type { JsonValue } from '../types/json.ts';

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;

/**
 * Reads a JSON text that this package has written. As `JSON.parse` does, which V8 (of Node 24 to 26, nodejs/node#63785)
 * lets take a key with an escape for another, such as `"` for `\`, once it has met that one at the same place of an
 * object.
 *
 * @throws SyntaxError - the text is none
 */
export function readJson(text: string): JsonValue {
  const isSafe = !text.includes('\\') || !hasEscapedKey(text);
  return (isSafe ? JSON.parse(text) : parse(text, null, Number)) as JsonValue;
}

/** Of a text without spaces between a key and its colon. */
function hasEscapedKey(text: string): boolean {
  let isInString = false;
  let hasEscape = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) {
      hasEscape = true;
      at++;
    } else if (code === QUOTE) {
      if (isInString && hasEscape && text.charCodeAt(at + 1) === COLON) return true;
      isInString = !isInString;
      hasEscape = false;
    }
  }
  return false;
}
