import { ENVIRONMENT } from './environment.ts';

/**
 * What is known of a value before evaluation: a type of CEL by its name, or
 * - `dyn`: nothing;
 * - `json`: a value out of an event, whose numbers are doubles;
 * - `fixed`: a map whose keys are known.
 */
export interface StaticType {
  readonly kind: string;
  /** Of lists and maps. */
  readonly element?: StaticType;
  /** Of `fixed`. */
  readonly fields?: ReadonlyMap<string, StaticType>;
}

export const DYN: StaticType = { kind: 'dyn' };
export const JSON_VALUE: StaticType = { kind: 'json' };
export const BOOL: StaticType = { kind: 'bool' };
export const STRING: StaticType = { kind: 'string' };
export const INT: StaticType = { kind: 'int' };
export const TIMESTAMP: StaticType = { kind: 'google.protobuf.Timestamp' };
export const listOf = (element: StaticType): StaticType => ({ kind: 'list', element });

const JSON_KINDS: ReadonlySet<string> = new Set(['double', 'bool', 'string', 'list', 'map', 'null_type']);
const NUMBERS: ReadonlySet<string> = new Set(['int', 'uint', 'double']);

/** What a call gives, as far as the types of its operands tell. */
export type Resolution =
  | { readonly found: 'type'; readonly type: StaticType }
  /** No overload takes a JSON number beside an integer: it fails wherever it is evaluated. */
  | { readonly found: 'integerArithmetic'; readonly type: StaticType }
  | { readonly found: 'nothing' };

/** Looks for the overloads of a function that take these operands. */
export function resolveCall(name: string, target: StaticType | undefined, args: readonly StaticType[]): Resolution {
  const group = ENVIRONMENT.funcs.find(name);
  const overloads =
    group === undefined ? [] : [...group].filter((overload) => overload.arguments.length === args.length);
  const results = (accepts: typeof fits): string[] =>
    overloads
      .filter((overload) => (overload.target === undefined) === (target === undefined))
      .filter((overload) => overload.target === undefined || accepts(overload.target.name, target ?? DYN))
      .filter((overload) => overload.arguments.every((argument, index) => accepts(argument.name, args[index] ?? DYN)))
      .map((overload) => overload.result.name);
  const strict = results(fits);
  if (strict.length > 0) return { found: 'type', type: unionOf(strict) };
  const loose = results((parameter, type) => fits(parameter, type.kind === 'json' ? DYN : type));
  return loose.length > 0 ? { found: 'integerArithmetic', type: unionOf(loose) } : { found: 'nothing' };
}

function fits(parameter: string, { kind }: StaticType): boolean {
  if (parameter === 'dyn' || kind === 'dyn' || kind === parameter) return true;
  return kind === 'json' ? JSON_KINDS.has(parameter) : kind === 'fixed' && parameter === 'map';
}

function unionOf(kinds: readonly string[]): StaticType {
  const [first = 'dyn'] = kinds;
  if (kinds.every((kind) => kind === first)) return { kind: first };
  return kinds.every((kind) => JSON_KINDS.has(kind)) ? JSON_VALUE : DYN;
}

/** What is known of a value that is one of two. */
export function either(left: StaticType, right: StaticType): StaticType {
  if (left === right) return left;
  if (left.kind === 'fixed' || right.kind === 'fixed') return DYN;
  if (left.kind === right.kind) return { kind: left.kind, element: either(left.element ?? DYN, right.element ?? DYN) };
  return isJson(left) && isJson(right) ? JSON_VALUE : DYN;
}

function isJson({ kind }: StaticType): boolean {
  return kind === 'json' || JSON_KINDS.has(kind);
}

/** Whether a value may be of a kind. */
export function mayBe(type: StaticType, kind: string): boolean {
  return fits(kind, type);
}

/** Whether both types are known, and no value of the one equals any of the other. */
export function neverEqual(left: StaticType, right: StaticType): boolean {
  const [a, b] = [left.kind, right.kind].map((kind) =>
    kind === 'fixed' ? 'map' : NUMBERS.has(kind) ? 'number' : kind,
  );
  if (a === b || a === 'dyn' || b === 'dyn') return false;
  const isPossible = (kind: string | undefined, other: string | undefined): boolean =>
    kind === 'json' && (other === 'number' || JSON_KINDS.has(other ?? ''));
  return !isPossible(a, b) && !isPossible(b, a);
}

/** What is read from a list or a map. */
export function elementOf(type: StaticType): StaticType | undefined {
  if (type.kind === 'json') return JSON_VALUE;
  if (type.kind === 'fixed' || type.kind === 'dyn') return DYN;
  return type.kind === 'list' || type.kind === 'map' ? (type.element ?? DYN) : undefined;
}

/** What a comprehension goes over: elements of a list, keys of a map. */
export function iteratedOf(type: StaticType): StaticType | undefined {
  if (type.kind === 'fixed') return STRING;
  if (type.kind === 'map') return DYN;
  return elementOf(type);
}

/** The name of a type, for messages. */
export function nameOf({ kind }: StaticType): string {
  if (kind === 'json') return 'JSON value';
  return kind === 'fixed' ? 'map' : kind.replace('google.protobuf.', '').toLowerCase();
}

/** The type of a constant, by the case that it is of. */
export function constantType(constant: string | undefined): StaticType {
  switch (constant) {
    case 'stringValue':
      return STRING;
    case 'boolValue':
      return BOOL;
    case 'int64Value':
      return INT;
    case 'uint64Value':
      return { kind: 'uint' };
    case 'doubleValue':
      return { kind: 'double' };
    case 'bytesValue':
      return { kind: 'bytes' };
    case 'nullValue':
      return { kind: 'null_type' };
    default:
      return DYN;
  }
}
