import { copyJson, isPlainObject } from '../../governance/jsonRules.ts';
import { readJson } from '../../json/readJson.ts';
import type { PayloadRule } from '../../ports/SchemaRegistryPort.ts';
import { type Awaitable, isPending } from '../../types/awaitable.ts';
import type { JsonObject } from '../../types/json.ts';
import { parseRule } from './parseRule.ts';

/** What a rule made of a payload, or why it could make nothing. */
export type RuleOutcome = { readonly payload: JsonObject } | { readonly reason: string; readonly cause?: unknown };

/** What `$error` and `$assert` throw. */
const OWN_ERRORS: readonly unknown[] = ['D3137', 'D3141'];

const REASON_LENGTH_MAX = 300;
/** Of what a rule makes; no store takes an event of that size. */
const PARTS_MAX = 1_000_000;
const CHARACTERS_MAX = 32 * 1024 * 1024;

/** JSONata takes objects with these keys for functions, and silently reads nothing from them. */
const FUNCTION_KEYS = ['_jsonata_lambda', '_jsonata_function'];

/**
 * Applies a rule to a copy of a payload. What it makes is copied too, so that no two payloads share a part. At once
 * where the rule is a function.
 */
export function applyRule(rule: PayloadRule, payload: JsonObject): Awaitable<RuleOutcome> {
  try {
    const text = JSON.stringify(payload);
    const own = readJson(text) as JsonObject;
    if (typeof rule === 'function') return outcomeOf(rule(own));
    if (FUNCTION_KEYS.some((key) => text.includes(`"${key}":`))) {
      return { reason: `the payload has the key ${FUNCTION_KEYS.join(' or ')}, which JSONata keeps for itself` };
    }
    return parseRule(rule)(own).then(outcomeOf, (error: unknown) => failure(error, rule));
  } catch (error) {
    return failure(error);
  }
}

/** The result as JSON: -0 becomes 0, since a payload cannot hold it. */
function outcomeOf(result: unknown): RuleOutcome {
  if (isPending(result)) return { reason: 'it is asynchronous; write a function that returns the payload itself' };
  if (!isPlainObject(result)) return { reason: `it makes ${kindOf(result)}, and a payload must be a plain object` };
  if (isTooLarge(result)) return { reason: 'what it makes is too large for a payload; make less of it' };
  const fault = copyJson(result, '/payload').faults.find(({ keyword }) => keyword !== 'negativeZero');
  if (fault !== undefined) return { reason: `of what it makes, ${fault.message}` };
  return { payload: readJson(JSON.stringify(result)) as JsonObject };
}

/** Counts what is there several times as often, since JSON writes it out each time: a few references make a text without end. */
function isTooLarge(result: object): boolean {
  let [parts, characters] = [0, 0];
  for (const left: unknown[] = [result]; left.length > 0; ) {
    const part = left.pop();
    // It is no JSON, and what lies behind a function of JSONata leads round in a circle.
    if (typeof part === 'function') return false;
    if (typeof part === 'string') characters += part.length;
    for (const child of childrenOf(part)) left.push(child);
    parts += 1;
    if (parts > PARTS_MAX || left.length > PARTS_MAX || characters > CHARACTERS_MAX) return true;
  }
  return false;
}

function childrenOf(part: unknown): readonly unknown[] {
  // JSONata puts functions of its own on lists, beside their elements.
  if (Array.isArray(part)) return part;
  return typeof part === 'object' && part !== null ? Object.values(part) : [];
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an instance of a class' : `a ${typeof value}`;
}

function failure(error: unknown, rule = ''): RuleOutcome {
  const isError = error instanceof Error;
  const reason = `it fails: ${isError ? error.message : whatJsonataSays(error, rule)}`
    .slice(0, REASON_LENGTH_MAX)
    .toWellFormed();
  return isError ? { reason, cause: error } : { reason };
}

/**
 * JSONata throws plain objects. Where they quote a value of the payload, which no log may hold, that is left out with
 * the object itself.
 */
function whatJsonataSays(error: unknown, rule: string): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return String(error);
  const { code, position, message } = error as { code: unknown; position?: unknown; message?: unknown };
  const isQuoting = 'value' in error || 'value2' in error;
  let what = isQuoting ? 'a value is not what the expression needs' : String(message);
  // What $error and $assert say may be put together from the payload.
  if (OWN_ERRORS.includes(code) && !rule.includes(String(message))) what = 'the expression raises an error of its own';
  return `${what} (JSONata ${String(code)}${typeof position === 'number' ? `, at position ${position}` : ''})`;
}
