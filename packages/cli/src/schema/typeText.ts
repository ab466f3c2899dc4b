import type { JsonValue } from '@nexus/shared';

/** What is left of a line on the usual levels of nesting. */
const LINE_WIDTH = 112;
const TOKENS = /\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[\s\S]/g;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A property of an object type. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly comment: string;
}

/** A string as a literal, in single quotes unless double ones need fewer escapes. */
function stringLiteral(text: string): string {
  const quoted = JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, unicodeEscape);
  const single = text.split("'").length;
  const double = text.split('"').length;
  if (single > double) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** The type of exactly this value. */
export function literalType(value: JsonValue): string {
  if (typeof value === 'string') return stringLiteral(value);
  if (Array.isArray(value)) return `readonly [${value.map(literalType).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => ({
    name,
    type: literalType(member as JsonValue),
    isOptional: false,
    comment: '',
  }));
  return objectType(members, undefined);
}

/** @param index - the type of all other properties; `undefined` where there are none */
export function objectType(members: readonly Member[], index: string | undefined): string {
  const lines = members.map(({ name, type, isOptional, comment }) => {
    return `${comment}${broken(`readonly ${propertyName(name)}${isOptional ? '?' : ''}:`, type)};`;
  });
  if (index !== undefined) lines.push(`readonly [key: string]: ${index};`);
  return lines.length === 0 ? EMPTY_OBJECT : `{\n${indent(lines.join('\n'))}\n}`;
}

/** `{}` would take any value but null. */
const EMPTY_OBJECT = '{ readonly [key: string]: never }';

/** The declaration of a named type. */
export function declaration(name: string, type: string, comment: string): string {
  const isInterface = outermost(type) === '{}' && type.includes('\n');
  const text = isInterface ? `interface ${name} ${type}` : `${broken(`type ${name} =`, type)};`;
  return `${comment}export ${text}\n`;
}

/** A union that is too long for a line has a line for each of its members. */
function broken(head: string, type: string): string {
  const line = `${head} ${type}`;
  const members = line.length > LINE_WIDTH && !type.includes('\n') ? unionMembers(type) : [];
  return members.length < 2 ? line : `${head}\n${indent(members.map((member) => `| ${member}`).join('\n'))}`;
}

function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : stringLiteral(name);
}

/** Without `never`, which adds nothing, and with nothing beside `unknown`, which takes all. */
export function unionType(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== 'never');
  if (distinct.includes('unknown')) return 'unknown';
  if (distinct.length === 0) return 'never';
  return distinct.join(' | ');
}

export function intersectionType(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== 'unknown');
  if (distinct.includes('never')) return 'never';
  if (distinct.length === 0) return 'unknown';
  return distinct.map((type) => (distinct.length > 1 && isUnion(type) ? `(${type})` : type)).join(' & ');
}

/** @param isReadonly - false within a tuple that is read-only itself */
export function arrayType(items: string, isReadonly = true): string {
  return `${isReadonly ? 'readonly ' : ''}${grouped(items)}[]`;
}

/** A type as one operand. */
export function grouped(type: string): string {
  return isUnion(type) || isIntersection(type) || type.startsWith('readonly ') ? `(${type})` : type;
}

/** Lines of documentation above a declaration or a property; empty where there is nothing to say. */
export function docComment(lines: readonly string[]): string {
  const all = lines.flatMap((line) => line.replaceAll('*/', '*\\/').split(/\r\n|[\n\r\u2028\u2029]/));
  const trimmed = all.map((line) => line.trimEnd());
  if (trimmed.every((line) => line === '')) return '';
  if (trimmed.length === 1) return `/** ${trimmed[0]?.trim()} */\n`;
  return `/**\n${trimmed.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

/** Whether `|` stands outside of every bracket and string. */
function isUnion(type: string): boolean {
  return outermost(type).includes('|');
}

function isIntersection(type: string): boolean {
  return outermost(type).includes('&');
}

/** What stands outside of brackets, strings and comments. */
function outermost(type: string): string {
  return [...outermostTokens(type)].map(({ token }) => (token.length === 1 ? token : '')).join('');
}

function unionMembers(type: string): string[] {
  const bars = [...outermostTokens(type)].filter(({ token }) => token === '|').map(({ index }) => index);
  return [...bars, type.length].map((end, nth) => type.slice(nth === 0 ? 0 : (bars[nth - 1] ?? 0) + 1, end).trim());
}

function* outermostTokens(type: string): Generator<{ readonly token: string; readonly index: number }> {
  let depth = 0;
  for (const { 0: token, index } of type.matchAll(TOKENS)) {
    if ('}])'.includes(token)) depth--;
    if (depth === 0) yield { token, index };
    if ('{[('.includes(token)) depth++;
  }
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
