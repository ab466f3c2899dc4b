import { escapeSegment } from '../../json/pointer.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import type { SchemaDocument } from './SchemaDocument.ts';

const NO_KEYWORDS: JsonObject = {};

/** One place of a schema text that is a schema itself. There is one node for each place. */
export class SchemaNode {
  /** Differs from that of every other node of a comparison. */
  readonly id: number;
  readonly document: SchemaDocument;
  /** RFC 6901, from the root of the schema text. */
  readonly pointer: string;
  /** None for `true` and `false`. */
  readonly keywords: JsonObject;
  /** Whether the schema is `false`, which no data matches. */
  readonly isFalse: boolean;
  readonly #children = new Map<string, SchemaNode>();
  readonly #maps = new Map<string, ReadonlyMap<string, SchemaNode>>();

  constructor(id: number, document: SchemaDocument, pointer: string, schema: JsonValue) {
    this.id = id;
    this.document = document;
    this.pointer = pointer;
    this.keywords = isObject(schema) ? schema : NO_KEYWORDS;
    this.isFalse = schema === false;
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
    const known = this.#maps.get(keyword);
    if (known !== undefined) return known;
    const value = this.keywords[keyword];
    const entries = isObject(value) ? Object.entries(value).filter(([, schema]) => isSchema(schema)) : [];
    const map = new Map(entries.map(([key, schema]) => [key, this.#child(`${keyword}/${escapeSegment(key)}`, schema)]));
    this.#maps.set(keyword, map);
    return map;
  }

  /** The number under a keyword, if it is one. */
  number(keyword: string): number | undefined {
    const value = this.keywords[keyword];
    return typeof value === 'number' ? value : undefined;
  }

  #child(segments: string, schema: JsonValue): SchemaNode {
    const known = this.#children.get(segments);
    if (known !== undefined) return known;
    const child = this.document.nodeAt(`${this.pointer}/${segments}`, schema);
    this.#children.set(segments, child);
    return child;
  }
}

/** Whether a value can stand where a schema is asked for. */
export function isSchema(value: JsonValue | undefined): value is JsonObject | boolean {
  return typeof value === 'boolean' || isObject(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
