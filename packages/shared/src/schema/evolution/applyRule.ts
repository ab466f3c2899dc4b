import { checkJson, isPlainObject } from '../../governance/jsonRules.ts';
import type { PayloadRule } from '../../ports/SchemaRegistryPort.ts';
import { type Awaitable, isPending } from '../../types/awaitable.ts';
import type { JsonObject } from '../../types/json.ts';
import { parseRule } from './parseRule.ts';

/** What a rule made of a payload, or why it could make nothing. */
export type RuleOutcome = { readonly payload: JsonObject } | { readonly reason: string; readonly cause?: unknown };

const REASON_LENGTH_MAX = 300;

/** JSONata takes objects with these keys for functions, and silently reads nothing from them. */
const FUNCTION_KEYS = ['_jsonata_lambda', '_jsonata_function'];

/**
 * Applies a rule to a copy of a payload. What it makes is copied too, so that no two payloads share a part. At once
 * where the rule is a function.
 */
export function applyRule(rule: PayloadRule, payload: JsonObject): Awaitable<RuleOutcome> {
  try {
    const text = JSON.stringify(payload);
    const own = JSON.parse(text) as JsonObject;
    if (typeof rule === 'function') return outcomeOf(rule(own));
    if (FUNCTION_KEYS.some((key) => text.includes(`"${key}"`))) {
      return { reason: `the payload has the key ${FUNCTION_KEYS.join(' or ')}, which JSONata keeps for itself` };
    }
    return parseRule(rule)(own).then(outcomeOf, failure);
  } catch (error) {
    return failure(error);
  }
}

/** The result as JSON: -0 becomes 0, since a payload cannot hold it. */
function outcomeOf(result: unknown): RuleOutcome {
  if (isPending(result)) return { reason: 'it is asynchronous; write a function that returns the payload itself' };
  if (!isPlainObject(result)) return { reason: `it makes ${kindOf(result)}, and a payload must be a plain object` };
  const fault = checkJson(result, '/payload').find(({ keyword }) => keyword !== 'negativeZero');
  if (fault !== undefined) return { reason: `of what it makes, ${fault.message}` };
  return { payload: JSON.parse(JSON.stringify(result)) as JsonObject };
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an instance of a class' : `a ${typeof value}`;
}

function failure(error: unknown): RuleOutcome {
  const isError = error instanceof Error;
  const reason = `it fails: ${isError ? error.message : whatJsonataSays(error)}`
    .slice(0, REASON_LENGTH_MAX)
    .toWellFormed();
  return isError ? { reason, cause: error } : { reason };
}

/**
 * JSONata throws plain objects. Where they quote a value of the payload, which no log may hold, that is left out with
 * the object itself.
 */
function whatJsonataSays(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return String(error);
  const { code, position, message } = error as { code: unknown; position?: unknown; message?: unknown };
  const what = 'value' in error || 'value2' in error ? 'a value is not what the expression needs' : String(message);
  return `${what} (JSONata ${String(code)}${typeof position === 'number' ? `, at position ${position}` : ''})`;
}
