import { escapeSegment } from '../json/pointer.ts';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';

const UNIQUE_ITEMS_MAX = 1_000;
const DYNAMIC = ['$dynamicRef', '$dynamicAnchor', '$recursiveRef'];
const SCALARS: ReadonlySet<JsonValue> = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/**
 * Refuses what lets a payload cost more than linear time wherever the schema is used, in clients and registries too
 * (`uniqueItems` over an unbounded array of objects), and what would not be in force: `$async`, which makes the
 * validator answer later than it is asked, `__proto__`, and dynamic references.
 *
 * @throws InvalidArgumentError
 */
export function refuseUnsafeSchema(schema: JsonObject): void {
  if (schema.$async !== undefined) throw new InvalidArgumentError('schema', '/$async is not supported; leave it out');
  refuseWithin(schema, '');
}

function refuseWithin(schema: JsonValue, pointer: string): void {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) refuseWithin(item, `${pointer}/${index}`);
  } else if (typeof schema === 'object' && schema !== null) {
    refuseUnboundedUnique(schema as JsonObject, pointer);
    refuseProto(schema as JsonObject, pointer);
    refuseDynamic(schema as JsonObject, pointer);
    for (const [key, value] of Object.entries(schema)) refuseWithin(value, `${pointer}/${escapeSegment(key)}`);
  }
}

/** Ajv takes a dynamic reference for one to the root, so that the schema it names would not be in force. */
function refuseDynamic(schema: JsonObject, pointer: string): void {
  const keyword = DYNAMIC.find((one) => typeof schema[one] === 'string');
  if (keyword === undefined) return;
  throw new InvalidArgumentError('schema', `${pointer}/${keyword} is not supported; refer by $ref`);
}

/** Ajv passes over a property of this name, so that its schema would look as if it were in force. */
function refuseProto(schema: JsonObject, pointer: string): void {
  if (!Object.hasOwn(schema, '__proto__')) return;
  throw new InvalidArgumentError('schema', `${pointer}/__proto__ cannot be checked; give the field another name`);
}

function refuseUnboundedUnique(schema: JsonObject, pointer: string): void {
  if (schema.uniqueItems !== true) return;
  const { maxItems } = schema;
  if (typeof maxItems === 'number' && maxItems <= UNIQUE_ITEMS_MAX) return;
  if (hasScalarItems(schema)) return;
  const remedy = `needs maxItems of at most ${UNIQUE_ITEMS_MAX}, or items of a scalar type`;
  throw new InvalidArgumentError(
    'schema',
    `${pointer}/uniqueItems ${remedy}: whoever else validates by this schema would compare each item with every other`,
  );
}

function hasScalarItems({ items }: JsonObject): boolean {
  if (typeof items !== 'object' || items === null || Array.isArray(items)) return false;
  const type = (items as JsonObject).type;
  const types = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((one) => SCALARS.has(one as JsonValue));
}
