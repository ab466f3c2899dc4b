const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A text on one line, without characters that could move a terminal's cursor or turn its text around. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(CONTROL, (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`);
}
