import { parseJson } from '../json/parseJson.ts';
import { escapeSegment } from '../json/pointer.ts';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';

/** The text of a version of another schema in the same registry; `undefined` if there is none. */
export type ResolveSchema = (name: string, version: string) => JsonObject | undefined;

import { DATA_KEYWORDS, SCHEMA_MAPS } from './keywordKinds.ts';

const REFERENCE = /^nexus:([^/#?]+)\/([^/#?]+)$/;
/** A pointer into the schema that it stands in; no anchor. */
const WITHIN = /^#(?:\/|$)/;
const BUNDLED_MAX = 1_000;
/** Keywords that change what a reference within an embedded schema means. */
const UNBUNDLED = ['$id', 'id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef'];

/**
 * A copy of what was given as a schema, as it is when it has been written down and is read again.
 *
 * @throws InvalidArgumentError - it is no JSON object, or would be read otherwise than it is
 */
export function copySchema(schema: unknown): JsonObject {
  let copy: JsonValue | undefined;
  try {
    copy = parseJson(JSON.stringify(schema) ?? 'null');
  } catch (cause) {
    throw new InvalidArgumentError('schema', `cannot be kept as JSON: ${(cause as Error).message}`, { cause });
  }
  if (isObject(copy)) return copy;
  throw refusal('must be a JSON object');
}

/**
 * Makes a schema stand by itself: each reference to another schema of the registry, `"$ref": "nexus:NAME/VERSION"` (the
 * name percent-encoded), becomes one to a copy under `$defs`. A schema without such references is returned as it is.
 *
 * @throws InvalidArgumentError - a reference leads nowhere, in a circle, or to a schema that cannot be embedded
 */
export function bundleSchema(schema: JsonObject, resolve: ResolveSchema): JsonObject {
  const bundle = new Bundle(schema, resolve);
  const root = rewriteRoot(bundle, schema);
  if (bundle.embedded.size === 0) return schema;
  const own = (schema.$defs ?? {}) as JsonObject;
  const taken = [...bundle.embedded.keys()].find((key) => Object.hasOwn(own, key));
  if (taken !== undefined) throw refusal(`/$defs/${escapeSegment(taken)} is a name of the registry's own; rename it`);
  return { ...root, $defs: { ...((root.$defs ?? {}) as JsonObject), ...Object.fromEntries(bundle.embedded) } };
}

function rewriteRoot(bundle: Bundle, schema: JsonObject): JsonObject {
  try {
    return bundle.rewrite(schema, undefined, []) as JsonObject;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError('schema', 'refers to too many others in a row; flatten it', { cause: error });
  }
}

class Bundle {
  readonly embedded = new Map<string, JsonObject>();
  readonly #dialect: JsonValue | undefined;
  readonly #resolve: ResolveSchema;

  constructor({ $schema }: JsonObject, resolve: ResolveSchema) {
    this.#dialect = $schema;
    this.#resolve = resolve;
  }

  /**
   * @param home - the key under `$defs` where the schema comes to stand; `undefined` for the root
   * @param path - the references that led here
   */
  rewrite(value: JsonValue, home: string | undefined, path: readonly string[]): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.rewrite(item, home, path));
    if (!isObject(value)) return value;
    return mapMembers(value, (key, member) => this.#member(key, member, home, path));
  }

  #member(key: string, member: JsonValue, home: string | undefined, path: readonly string[]): JsonValue {
    if (DATA_KEYWORDS.has(key)) return member;
    if (key === '$ref' && typeof member === 'string') return this.#reference(member, home, path);
    if (SCHEMA_MAPS.has(key) && isObject(member))
      return mapMembers(member, (_, schema) => this.rewrite(schema, home, path));
    return this.rewrite(member, home, path);
  }

  #reference(reference: string, home: string | undefined, path: readonly string[]): string {
    const [, name, version] = REFERENCE.exec(reference) ?? [];
    if (name === undefined || version === undefined) {
      return home !== undefined && WITHIN.test(reference) ? `${placeOf(home)}${reference.slice(1)}` : reference;
    }
    this.#embed(reference, decode(name, reference), version, path);
    return placeOf(reference);
  }

  #embed(reference: string, name: string, version: string, path: readonly string[]): void {
    if (path.includes(reference)) throw refusal(`${[...path, reference].join(' -> ')} leads in a circle; break it`);
    if (this.embedded.has(reference)) return;
    if (this.embedded.size >= BUNDLED_MAX) throw refusal(`refers to more than ${BUNDLED_MAX} other schemas`);
    const found = this.#resolve(name, version);
    if (found === undefined) throw refusal(`refers to ${reference}, which the registry does not have`);
    const embeddable = this.#embeddable(found, reference);
    this.embedded.set(reference, this.rewrite(embeddable, reference, [...path, reference]) as JsonObject);
  }

  #embeddable({ $schema, ...schema }: JsonObject, reference: string): JsonObject {
    if ($schema !== this.#dialect) throw refusal(`refers to ${reference}, whose $schema is another; use the same`);
    const hindrance = UNBUNDLED.find((keyword) => hasKeyword(schema, keyword));
    if (hindrance !== undefined) throw refusal(`refers to ${reference}, which uses ${hindrance}; leave that out there`);
    return schema;
  }
}

function placeOf(key: string): string {
  return `#/$defs/${encodeURIComponent(escapeSegment(key))}`;
}

function decode(name: string, reference: string): string {
  try {
    return decodeURIComponent(name);
  } catch (cause) {
    throw new InvalidArgumentError('schema', `refers to ${reference}, whose name is no percent-encoding`, { cause });
  }
}

function hasKeyword(value: JsonValue, keyword: string): boolean {
  if (Array.isArray(value)) return value.some((item) => hasKeyword(item, keyword));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, member]) => {
    if (DATA_KEYWORDS.has(key)) return false;
    if (key === keyword && typeof member === 'string') return true;
    const isMap = SCHEMA_MAPS.has(key) && isObject(member);
    return hasKeyword(isMap ? Object.values(member) : member, keyword);
  });
}

function mapMembers(object: JsonObject, change: (key: string, member: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, change(key, member)]));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(rule: string): InvalidArgumentError {
  return new InvalidArgumentError('schema', rule);
}
