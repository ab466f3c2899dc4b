import { RE2JS } from 're2js';

/** A pattern as the validator applies it; `undefined` if it cannot be applied. */
export function compilePattern(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    return undefined;
  }
}
