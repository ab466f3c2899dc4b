import type { JsonObject, JsonValue } from '../types/json.ts';

/**
 * How many levels down a place the schema first marks with `x-nexus-pii: true`, 0 for the payload itself; `undefined`
 * where it does not. Where it cannot be told (a reference that leads out of the schema), it counts as marked.
 *
 * @param segments - the place in the payload, as unescaped segments of its JSON Pointer
 */
export function personalDepth(root: JsonObject, segments: readonly string[]): number | undefined {
  let level = expand(root, [root]);
  for (const [depth, segment] of segments.entries()) {
    if (level.some(isMarked)) return depth;
    level = expand(
      root,
      level.flatMap((schema) => membersOf(schema, segment)),
    );
  }
  return level.some(isMarked) ? segments.length : undefined;
}

function isMarked(schema: JsonObject): boolean {
  return schema['x-nexus-pii'] === true;
}

/** The schemas with all those that apply to the same place beside them: combinations, conditions and references. */
function expand(root: JsonObject, schemas: readonly JsonObject[]): JsonObject[] {
  const seen = new Set<JsonObject>();
  const queue = [...schemas];
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    queue.push(...besides(root, schema));
  }
  return [...seen];
}

const BESIDE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not', 'dependentSchemas', 'dependencies'];
const MAPS: ReadonlySet<string> = new Set(['dependentSchemas', 'dependencies']);

function besides(root: JsonObject, schema: JsonObject): JsonObject[] {
  const references = ['$ref', '$dynamicRef'].flatMap((key) => {
    const reference = schema[key];
    return typeof reference === 'string' ? [resolve(root, reference)] : [];
  });
  return [...references, ...BESIDE.flatMap((key) => subschemas(schema[key], MAPS.has(key)))];
}

function subschemas(value: JsonValue | undefined, isMap: boolean): JsonObject[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.filter(isObject);
  if (!isObject(value)) return [];
  return isMap ? Object.values(value).filter(isObject) : [value];
}

function membersOf(schema: JsonObject, segment: string): JsonObject[] {
  const named =
    isObject(schema.properties) && Object.hasOwn(schema.properties, segment) ? [schema.properties[segment]] : [];
  const patterned = isObject(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  const listed = ['prefixItems', 'items'].flatMap((key) => {
    const items = schema[key];
    return Array.isArray(items) ? items : [items];
  });
  const others = ['additionalProperties', 'additionalItems', 'unevaluatedProperties', 'unevaluatedItems', 'contains'];
  return [...named, ...patterned, ...listed, ...others.map((key) => schema[key])].filter(isObject);
}

const UNRESOLVED: JsonObject = { 'x-nexus-pii': true };

function resolve(root: JsonObject, reference: string): JsonObject {
  // A reference is resolved from the nearest `$id`, and is not followed where there is more than the root's.
  if (hasNestedId(root)) return UNRESOLVED;
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return UNRESOLVED;
  let target: JsonValue | undefined = root;
  for (const segment of reference.slice(2).split('/')) {
    if (typeof target !== 'object' || target === null) return UNRESOLVED;
    const key = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
    target = Object.hasOwn(target, key) ? (target as JsonObject)[key] : undefined;
  }
  return isObject(target) ? target : UNRESOLVED;
}

function hasNestedId(root: JsonObject): boolean {
  const holdsId = (value: JsonValue): boolean =>
    Array.isArray(value)
      ? value.some(holdsId)
      : isObject(value) && (typeof value.$id === 'string' || Object.values(value).some(holdsId));
  return Object.values(root).some(holdsId);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
