import { compareNumber } from 'lossless-json';
import { InvalidJsonError } from '../types/errors.ts';

/** An event takes 64 levels; this leaves room for what an event travels in. */
const DEPTH_MAX = 100;
const QUOTED_CHARACTERS_MAX = 40;

interface Token {
  readonly text: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * Refuses what a JSON text says that a JavaScript value does not hold, and nesting that could exhaust the stack of a
 * recursive parser. One pass, without recursion. Takes any text: what is not JSON at all it leaves to the parser.
 *
 * @throws InvalidJsonError
 */
export function refuseInexactJson(text: string): void {
  /** For each container around the current place: the keys so far of an object, nothing for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (let position = 0; position < text.length; ) {
    const token = tokenAt(text, position);
    position = token.end;
    switch (token.text[0]) {
      case '{':
      case '[':
        refuseDepth(open.push(token.text === '{' ? new Set() : undefined), token);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"':
        inspectString(token, isKey(text, token.end) ? open.at(-1) : undefined);
        break;
      default:
        if (STARTS_NUMBER.test(token.text)) inspectNumber(token);
    }
  }
}

const STARTS_NUMBER = /^[-\d]/;
const NUMBER_OR_OTHER = /[-+.\w]+|[\s\S]/y;
const IS_KEY = /[ \t\r\n]*:/y;

function tokenAt(text: string, start: number): Token {
  const end = text[start] === '"' ? endOfString(text, start) : endOf(NUMBER_OR_OTHER, text, start);
  return { text: text.slice(start, end), start, end };
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  pattern.test(text);
  return pattern.lastIndex;
}

/** A loop, since a regular expression's stack ends at some megabytes of string. */
function endOfString(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position++) {
    if (text[position] === '\\') position++;
    else if (text[position] === '"') return position + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  return endOf(IS_KEY, text, end) > 0;
}

function inspectString(token: Token, keys: Set<string> | undefined): void {
  const value = decode(token.text);
  if (value === undefined) return;
  if (!value.isWellFormed()) {
    throw refusal('unicode', token, 'holds half of a surrogate pair', 'send well-formed Unicode');
  }
  if (keys === undefined) return;
  if (keys.has(value)) throw refusal('duplicateKey', token, 'is twice a key of the same object', 'send each key once');
  keys.add(value);
}

/** @returns `undefined` for what is no JSON string; the parser will say so */
function decode(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function inspectNumber(token: Token): void {
  const value = Number(token.text);
  if (Number.isNaN(value)) return;
  if (Object.is(value, -0)) throw refusal('negativeZero', token, 'is -0, which is not kept', 'send 0');
  if (String(value) === token.text) return;
  if (!Number.isFinite(value) || compareNumber(token.text, String(value)) !== 0) {
    throw refusal('number', token, `would become ${value}`, 'send a number that a double holds, or a string');
  }
}

function refuseDepth(depth: number, token: Token): void {
  if (depth <= DEPTH_MAX) return;
  throw refusal('depth', token, `opens level ${depth}, and at most ${DEPTH_MAX} are allowed`, 'flatten the value');
}

function refusal(rule: string, { text, start }: Token, found: string, remedy: string): InvalidJsonError {
  const quoted = text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text;
  return new InvalidJsonError(`${quoted.toWellFormed()} at position ${start} ${found}; ${remedy}`, {
    rule,
    position: start,
  });
}
