import canonicalize from 'canonicalize';
import type { JsonValue } from '../types/json.ts';

/** Deeper values are left to the library, which does not recurse. */
const DEPTH_MAX = 100;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** What must be left to the library. No JSON value is one. */
const UNUSUAL = Symbol('unusual');

/**
 * RFC 8785 text of a JSON value.
 *
 * A copy whose keys are in order, written by the runtime in one go, takes less than half of the library's time, and
 * every event pays it. What such a copy cannot say is written by the library.
 */
export function canonicalJson(value: JsonValue): string {
  const ordered = inOrder(value, 1);
  return ordered === UNUSUAL ? (canonicalize(value) as string) : JSON.stringify(ordered);
}

/** Numbers and texts are written alike by RFC 8785 and `JSON.stringify`, but for those that neither can hold. */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : UNUSUAL;
    case 'number':
      return Number.isFinite(value) ? value : UNUSUAL;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (depth > DEPTH_MAX) return UNUSUAL;
      return Array.isArray(value) ? itemsInOrder(value, depth) : membersInOrder(value, depth);
    default:
      return UNUSUAL;
  }
}

function itemsInOrder(items: readonly unknown[], depth: number): unknown {
  if ('toJSON' in items) return UNUSUAL;
  const copy: unknown[] = [];
  for (const item of items) {
    const ordered = inOrder(item, depth + 1);
    if (ordered === UNUSUAL) return UNUSUAL;
    copy.push(ordered);
  }
  return copy;
}

function membersInOrder(value: object, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return UNUSUAL;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    // What an object inherits, `__proto__` among it, cannot be assigned everywhere.
    if (!keepsItsPlace(key) || key in copy) return UNUSUAL;
    const ordered = inOrder((value as Record<string, unknown>)[key], depth + 1);
    if (ordered === UNUSUAL) return UNUSUAL;
    copy[key] = ordered;
  }
  return copy;
}

/** An object puts keys that look like an index first. */
function keepsItsPlace(key: string): boolean {
  const first = key.charCodeAt(0);
  return !(first >= DIGIT_0 && first <= DIGIT_9) && key.isWellFormed();
}
