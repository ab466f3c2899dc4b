import { shortSegment } from '../json/pointer.ts';
import { VIOLATIONS_MAX, type Violation } from '../types/Violation.ts';

/** A violation before it is known which event it belongs to. */
export type JsonFault = Omit<Violation, 'eventIndex' | 'eventId'>;

const DEPTH_MAX = 64;

/** An object made by a literal, by `JSON.parse` or without a prototype; of any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Whether a value survives being written as JSON and read back, unchanged: finite numbers, no -0, well-formed strings
 * and keys, nothing but plain objects and arrays, at most 64 levels. Values are not quoted in faults.
 *
 * @returns the first 100 faults
 */
export function checkJson(root: unknown, pointer: string): JsonFault[] {
  const walk: Walk = { faults: [], path: [pointer] };
  checkValue(root, 1, walk);
  return walk.faults;
}

interface Walk {
  readonly faults: JsonFault[];
  /** Pointer segments, the first one whole. Joined only where there is a fault. */
  readonly path: (string | number)[];
}

function checkValue(value: unknown, depth: number, walk: Walk): void {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) report(walk, 'unicode', 'holds half of a surrogate pair; send well-formed Unicode');
      return;
    case 'number':
      checkNumber(value, walk);
      return;
    case 'boolean':
      return;
    case 'object':
      if (value !== null) checkContainer(value, depth, walk);
      return;
    default:
      report(walk, 'json', `is ${typeof value}, which JSON cannot hold; leave the field out or send null`);
  }
}

function checkNumber(value: number, walk: Walk): void {
  if (!Number.isFinite(value)) report(walk, 'finite', `is ${value}; numbers must be finite`);
  else if (Object.is(value, -0)) report(walk, 'negativeZero', 'is -0, which JSON texts do not keep; send 0');
}

function checkContainer(value: object, depth: number, walk: Walk): void {
  if (depth > DEPTH_MAX) {
    report(walk, 'depth', `is nested deeper than ${DEPTH_MAX} levels; flatten it`);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length && walk.faults.length < VIOLATIONS_MAX; index++) {
      checkMember(index, value[index], depth, walk);
    }
  } else if (isPlainObject(value)) {
    checkMembers(value, depth, walk);
  } else {
    report(walk, 'plainObject', 'is an instance of a class; send a plain object');
  }
}

function checkMembers(value: Record<string, unknown>, depth: number, walk: Walk): void {
  for (const key of Object.keys(value)) {
    if (walk.faults.length >= VIOLATIONS_MAX) return;
    if (!key.isWellFormed())
      report(walk, 'unicode', 'has a key with half of a surrogate pair; send well-formed Unicode');
    else checkMember(key, value[key], depth, walk);
  }
}

function checkMember(key: string | number, value: unknown, depth: number, walk: Walk): void {
  walk.path.push(key);
  checkValue(value, depth + 1, walk);
  walk.path.pop();
}

function report(walk: Walk, keyword: string, message: string): void {
  const [root, ...segments] = walk.path;
  const pointer = [root, ...segments.map((segment) => shortSegment(String(segment)))].join('/');
  walk.faults.push({ pointer, keyword, message: `${pointer} ${message}` });
}
