import type { JsonObject, JsonValue } from '../../types/json.ts';
import { isObject } from './SchemaNode.ts';

/** What can be said of a single value, in the words of a schema: so it is compared by the same rules as any other. */
export function schemaOfValue(value: JsonValue): JsonObject {
  if (typeof value === 'string') return ofString(value);
  if (typeof value === 'number') return ofNumber(value);
  if (Array.isArray(value)) return ofArray(value as readonly JsonValue[]);
  if (isObject(value)) return ofObject(value);
  return { const: value, type: value === null ? 'null' : 'boolean' };
}

function ofString(value: string): JsonObject {
  // Lengths are in code points.
  const length = [...value].length;
  return { const: value, type: 'string', minLength: length, maxLength: length };
}

function ofNumber(value: number): JsonObject {
  const type = Number.isInteger(value) ? 'integer' : 'number';
  return { const: value, type, minimum: value, maximum: value };
}

function ofArray(value: readonly JsonValue[]): JsonObject {
  const { length } = value;
  const prefixItems = value.map((item) => ({ const: item }));
  return { const: value, type: 'array', prefixItems, items: false, minItems: length, maxItems: length };
}

function ofObject(value: JsonObject): JsonObject {
  const properties = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, { const: inner }]));
  return { const: value, type: 'object', properties, required: Object.keys(value), additionalProperties: false };
}
