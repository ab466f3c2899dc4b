import { parse } from 'lossless-json';
import { InvalidJsonError } from '../types/errors.ts';
import type { JsonValue } from '../types/json.ts';
import { refuseInexactJson } from './inexactJson.ts';

/**
 * Reads a JSON text (RFC 8259), and refuses what cannot be kept exactly, where `JSON.parse` would change it in silence:
 * an object with the same key twice, a number that a double does not hold (`1e400`, `12345678901234567890`), `-0`, half
 * of a surrogate pair. Another spelling of the same number (`1.0`, `1e2`) is fine.
 *
 * `__proto__` and `constructor` are keys like any other. Keys keep their order, but for those that look like array
 * indexes, which JavaScript puts first.
 *
 * @throws InvalidJsonError - says what is wrong, at which position (counted from 0), and what to do
 */
export function parseJson(text: string): JsonValue {
  refuseInexactJson(text);
  try {
    return parse(text, null, Number) as JsonValue;
  } catch (error) {
    throw syntaxError(error);
  }
}

/** The library's messages end in "at position N"; it throws nothing but SyntaxErrors. */
function syntaxError(cause: unknown): InvalidJsonError {
  const found = (cause as SyntaxError).message;
  const position = /at position (\d+)$/.exec(found)?.[1];
  return new InvalidJsonError(
    `The text is not JSON: ${found}; mend it there`,
    { rule: 'syntax', ...(position === undefined ? {} : { position: Number(position) }) },
    { cause },
  );
}
