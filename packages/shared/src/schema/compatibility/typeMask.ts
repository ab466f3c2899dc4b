import type { JsonValue } from '../../types/json.ts';
import type { Premise } from './Premise.ts';
import { isObject, type SchemaNode } from './SchemaNode.ts';

export const NULL = 1;
export const BOOLEAN = 2;
export const INTEGER = 4;
/** Numbers that are no integers. */
const FRACTION = 8;
export const NUMBER: number = INTEGER | FRACTION;
export const STRING = 16;
export const ARRAY = 32;
export const OBJECT = 64;
export const ANY = 127;

const MASKS: ReadonlyMap<JsonValue, number> = new Map<JsonValue, number>([
  ['null', NULL],
  ['boolean', BOOLEAN],
  ['integer', INTEGER],
  ['number', NUMBER],
  ['string', STRING],
  ['array', ARRAY],
  ['object', OBJECT],
]);

/** The types that a schema's `type` leaves, as a set of bits. */
export function allowedTypes({ keywords }: SchemaNode): number {
  const { type, nullable } = keywords;
  if (type === undefined) return ANY;
  const types = Array.isArray(type) ? (type as readonly JsonValue[]) : [type as JsonValue];
  const mask = types.reduce((all: number, one) => all | (MASKS.get(one) ?? 0), 0);
  // The validator takes it for one more type.
  return nullable === true ? mask | NULL : mask;
}

/** The types that the data can have. */
export function possibleTypes(premise: Premise): number {
  return premise.once('types', () => {
    const listed = premise.values === undefined ? ANY : typesOfValues(premise.values.values());
    return premise.nodes.reduce((mask, node) => mask & (node.isFalse ? 0 : allowedTypes(node)), listed);
  });
}

/** Whether no data has any other type than these. */
export function isOnly(premise: Premise, types: number): boolean {
  return (possibleTypes(premise) & ~types) === 0;
}

export function can(premise: Premise, types: number): boolean {
  return (possibleTypes(premise) & types) !== 0;
}

function typesOfValues(values: Iterable<JsonValue>): number {
  let mask = 0;
  for (const value of values) mask |= typeOfValue(value);
  return mask;
}

function typeOfValue(value: JsonValue): number {
  if (value === null) return NULL;
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : FRACTION;
  if (isObject(value)) return OBJECT;
  return MASKS.get(Array.isArray(value) ? 'array' : typeof value) ?? ANY;
}
