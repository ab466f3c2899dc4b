import { escapeSegment } from '../../json/pointer.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import type { SchemaDocument } from './SchemaDocument.ts';

const NO_KEYWORDS: JsonObject = {};
const NO_NODES: ReadonlyMap<string, SchemaNode> = new Map();

/** One place of a schema text that is a schema itself. There is one node for each place. */
export class SchemaNode {
  /** Differs from that of every other node of a comparison. */
  readonly id: number;
  readonly document: SchemaDocument;
  /** None for `true` and `false`. */
  readonly keywords: JsonObject;
  /** Whether the schema is `false`, which no data matches. */
  readonly isFalse: boolean;
  readonly #pointer: () => string;
  #maps: Map<string, ReadonlyMap<string, SchemaNode>> | undefined;
  #children: Map<string, SchemaNode> | undefined;

  constructor(id: number, document: SchemaDocument, pointer: () => string, schema: JsonValue) {
    this.id = id;
    this.document = document;
    this.#pointer = pointer;
    this.keywords = isObject(schema) ? schema : NO_KEYWORDS;
    this.isFalse = schema === false;
  }

  /** RFC 6901, from the root of the schema text. */
  get pointer(): string {
    return this.#pointer();
  }

  /** The schema under a keyword, if there is one. */
  one(keyword: string): SchemaNode | undefined {
    const schema = this.keywords[keyword];
    return isSchema(schema) ? this.#child(keyword, schema) : undefined;
  }

  /** The schemas of the list under a keyword, `[]` if there is no list. */
  list(keyword: string): readonly SchemaNode[] {
    const list = this.keywords[keyword];
    if (!Array.isArray(list)) return [];
    return (list as readonly JsonValue[]).map((schema, index) => this.#child(`${keyword}/${index}`, schema));
  }

  /** The schemas of the map under a keyword, by their keys. */
  map(keyword: string): ReadonlyMap<string, SchemaNode> {
    const value = this.keywords[keyword];
    if (!isObject(value)) return NO_NODES;
    this.#maps ??= new Map();
    const known = this.#maps.get(keyword) ?? this.#mapOf(keyword, value);
    this.#maps.set(keyword, known);
    return known;
  }

  /** The number under a keyword, if it is one. */
  number(keyword: string): number | undefined {
    const value = this.keywords[keyword];
    return typeof value === 'number' ? value : undefined;
  }

  #mapOf(keyword: string, value: JsonObject): ReadonlyMap<string, SchemaNode> {
    const map = new Map<string, SchemaNode>();
    for (const [key, schema] of Object.entries(value)) {
      if (isSchema(schema))
        map.set(
          key,
          this.#node(() => `${keyword}/${escapeSegment(key)}`, schema),
        );
    }
    return map;
  }

  #child(segments: string, schema: JsonValue): SchemaNode {
    this.#children ??= new Map();
    const known = this.#children.get(segments) ?? this.#node(() => segments, schema);
    this.#children.set(segments, known);
    return known;
  }

  #node(segments: () => string, schema: JsonValue): SchemaNode {
    return this.document.nodeAt(() => `${this.pointer}/${segments()}`, schema);
  }
}

/** Whether a value can stand where a schema is asked for. */
export function isSchema(value: JsonValue | undefined): value is JsonObject | boolean {
  return typeof value === 'boolean' || isObject(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
