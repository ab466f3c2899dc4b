import { escapeSegment, unescapeSegment } from '../../json/pointer.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { isObject, isSchema, SchemaNode } from './SchemaNode.ts';
import { sameJson } from './sameJson.ts';

const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020_12 = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Deeper schemas are not compared: each level costs a level of the stack. */
const DEPTH_MAX = 100;

/** A schema text, its nodes, and where its references lead. */
export class SchemaDocument {
  readonly root: SchemaNode;
  readonly isDraft07: boolean;
  /** Whether somebody wrote it; else it is one of our own making, and nobody is pointed to it. */
  readonly isGiven: boolean;
  /** Why nothing can be said about the schema: its dialect is unknown, or it is nested too deeply. */
  readonly fault: 'DIALECT_NOT_UNDERSTOOD' | 'TOO_COMPLEX_TO_DECIDE' | undefined;
  /** Number of values in the text. */
  size = 0;
  hasReferences = false;
  readonly #schema: JsonObject;
  readonly #ids: { nextId(): number };
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #anchors = new Map<string, string>();
  #isTooDeep = false;
  /** A part with an `$id` of its own moves the base of references, which this reader does not follow. */
  #hasInnerBase = false;

  constructor(schema: JsonObject, ids: { nextId(): number }, options: { readonly isGiven: boolean }) {
    this.isGiven = options.isGiven;
    this.#schema = schema;
    this.#ids = ids;
    this.isDraft07 = typeof schema.$schema === 'string' && DRAFT_07.test(schema.$schema);
    this.#survey(schema, []);
    this.fault = this.#faultOf(schema.$schema);
    this.root = this.nodeAt(() => '', schema);
  }

  /** The node of a place: one for each, where references could lead to a place twice. */
  nodeAt(pointer: () => string, schema: JsonValue): SchemaNode {
    if (!this.hasReferences) return new SchemaNode(this.#ids.nextId(), this, pointer, schema);
    const place = pointer();
    const known = this.#nodes.get(place);
    if (known !== undefined) return known;
    const node = new SchemaNode(this.#ids.nextId(), this, () => place, schema);
    this.#nodes.set(place, node);
    return node;
  }

  /** Whether both are the same schema, to the letter. */
  hasSameText(other: SchemaDocument): boolean {
    // A deeper one has a fault, and costs the stack.
    return this.size === other.size && !this.#isTooDeep && sameJson(this.#schema, other.#schema);
  }

  /** Where a `$ref` leads; `undefined` where that cannot be told. */
  resolve(reference: string): SchemaNode | undefined {
    if (this.#hasInnerBase) return undefined;
    const fragment = this.#fragmentOf(reference);
    if (fragment === undefined) return undefined;
    const pointer = fragment === '' || fragment.startsWith('/') ? fragment : this.#anchors.get(fragment);
    return pointer === undefined ? undefined : this.#find(pointer);
  }

  #faultOf(dialect: JsonValue | undefined): SchemaDocument['fault'] {
    const isKnown = dialect === undefined || (typeof dialect === 'string' && DRAFT_2020_12.test(dialect));
    if (!isKnown && !this.isDraft07) return 'DIALECT_NOT_UNDERSTOOD';
    return this.#isTooDeep ? 'TOO_COMPLEX_TO_DECIDE' : undefined;
  }

  #survey(value: JsonValue, path: string[]): void {
    this.size++;
    if (typeof value !== 'object' || value === null) return;
    if (path.length > DEPTH_MAX) {
      this.#isTooDeep = true;
      return;
    }
    if (isObject(value)) this.#noteNames(value, path);
    for (const [key, inner] of Object.entries(value)) {
      path.push(key);
      this.#survey(inner, path);
      path.pop();
    }
  }

  #noteNames({ $id, $anchor, $dynamicAnchor, $ref }: JsonObject, path: readonly string[]): void {
    if ($ref !== undefined) this.hasReferences = true;
    const names = [$anchor, $dynamicAnchor].filter((name) => typeof name === 'string');
    if (typeof $id === 'string' && path.length > 0) {
      if ($id.startsWith('#')) names.push($id.slice(1));
      else this.#hasInnerBase = true;
    }
    for (const name of names) this.#anchors.set(name, path.map((key) => `/${escapeSegment(key)}`).join(''));
  }

  #fragmentOf(reference: string): string | undefined {
    const { $id } = this.#schema;
    const base = typeof $id === 'string' ? ($id.split('#')[0] as string) : '';
    const [target, fragment = ''] = reference.split('#', 2) as [string, string?];
    if (target !== '' && target !== base) return undefined;
    try {
      return decodeURIComponent(fragment);
    } catch {
      return undefined;
    }
  }

  #find(pointer: string): SchemaNode | undefined {
    const known = this.#nodes.get(pointer);
    if (known !== undefined) return known;
    let value: JsonValue | undefined = this.#schema;
    for (const segment of pointer.split('/').slice(1)) value = step(value, unescapeSegment(segment));
    return isSchema(value) ? this.nodeAt(() => pointer, value) : undefined;
  }
}

function step(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}
