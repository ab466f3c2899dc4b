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

export interface JsonCopy {
  /** What was checked, with nothing that its owner could still change. Not whole with faults, or beyond `bytesMax`. */
  readonly copy: unknown;
  /** The first 100. Values are not quoted in them. */
  readonly faults: readonly JsonFault[];
  /** Bytes that its JSON has at least: without quotes, escapes and separators. */
  readonly bytesMin: number;
}

/**
 * Copies a value, and checks whether it survives being written as JSON and read back, unchanged: finite numbers, no -0,
 * well-formed strings and keys, nothing but plain objects and arrays, at most 64 levels. What is checked is what is
 * copied, because each member is read once.
 *
 * @param bytesMax - Stops behind as many, since objects that are there several times make a copy without end.
 *   Default: unlimited.
 */
export function copyJson(root: unknown, pointer: string, bytesMax: number = Number.POSITIVE_INFINITY): JsonCopy {
  const walk: Walk = { faults: [], path: [pointer], bytesMin: 0, bytesMax };
  const copy = copyValue(root, 1, walk);
  return { copy, faults: walk.faults, bytesMin: walk.bytesMin };
}

interface Walk {
  readonly faults: JsonFault[];
  bytesMin: number;
  readonly bytesMax: number;
  /** Pointer segments, the first one whole. Joined only where there is a fault. */
  readonly path: (string | number)[];
}

function goesOn({ faults, bytesMin, bytesMax }: Walk): boolean {
  return faults.length < VIOLATIONS_MAX && bytesMin <= bytesMax;
}

function copyValue(value: unknown, depth: number, walk: Walk): unknown {
  walk.bytesMin += 1;
  switch (typeof value) {
    case 'string':
      walk.bytesMin += value.length;
      if (!value.isWellFormed()) report(walk, 'unicode', 'holds half of a surrogate pair; send well-formed Unicode');
      return value;
    case 'number':
      checkNumber(value, walk);
      return value;
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : copyContainer(value, depth, walk);
    default:
      report(walk, 'json', `is ${typeof value}, which JSON cannot hold; leave the field out or send null`);
      return undefined;
  }
}

function checkNumber(value: number, walk: Walk): void {
  if (!Number.isFinite(value)) report(walk, 'finite', `is ${value}; numbers must be finite`);
  else if (Object.is(value, -0)) report(walk, 'negativeZero', 'is -0, which JSON texts do not keep; send 0');
}

function copyContainer(value: object, depth: number, walk: Walk): unknown {
  if (depth > DEPTH_MAX) report(walk, 'depth', `is nested deeper than ${DEPTH_MAX} levels; flatten it`);
  else if (Array.isArray(value)) return copyItems(value, depth, walk);
  else if (isPlainObject(value)) return copyMembers(value, depth, walk);
  else report(walk, 'plainObject', 'is an instance of a class; send a plain object');
  return undefined;
}

function copyItems(items: readonly unknown[], depth: number, walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < items.length && goesOn(walk); index++) {
    copy.push(copyMember(index, items[index], depth, walk));
  }
  return copy;
}

function copyMembers(members: Record<string, unknown>, depth: number, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(members)) {
    if (!goesOn(walk)) return copy;
    if (!key.isWellFormed()) {
      report(walk, 'unicode', 'has a key with half of a surrogate pair; send well-formed Unicode');
    } else {
      walk.bytesMin += key.length;
      setMember(copy, key, copyMember(key, members[key], depth, walk));
    }
  }
  return copy;
}

function copyMember(key: string | number, value: unknown, depth: number, walk: Walk): unknown {
  walk.path.push(key);
  const copy = copyValue(value, depth + 1, walk);
  walk.path.pop();
  return copy;
}

/** To assign what an object inherits would set its prototype, or fail where the prototypes of all objects are frozen. */
function setMember(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (!(key in copy)) copy[key] = value;
  else Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
}

function report(walk: Walk, keyword: string, message: string): void {
  const [root, ...segments] = walk.path;
  const pointer = [root, ...segments.map((segment) => shortSegment(String(segment)))].join('/');
  walk.faults.push({ pointer, keyword, message: `${pointer} ${message}` });
}
