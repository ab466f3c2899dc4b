import { canonicalJson } from '../../governance/digest.ts';
import { escapeSegment, unescapeSegment } from '../../json/pointer.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { isObject, isSchema, SchemaNode } from './SchemaNode.ts';

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
  readonly #nextId: () => number;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #anchors = new Map<string, string>();
  #isTooDeep = false;
  /** A part with an `$id` of its own moves the base of references, which this reader does not follow. */
  #hasInnerBase = false;

  constructor(schema: JsonObject, nextId: () => number, options: { readonly isGiven: boolean }) {
    this.isGiven = options.isGiven;
    this.#schema = schema;
    this.#nextId = nextId;
    this.isDraft07 = typeof schema.$schema === 'string' && DRAFT_07.test(schema.$schema);
    this.#survey(schema, '', 0);
    this.fault = this.#faultOf(schema.$schema);
    this.root = this.nodeAt('', schema);
  }

  nodeAt(pointer: string, schema: JsonValue): SchemaNode {
    const known = this.#nodes.get(pointer);
    if (known !== undefined) return known;
    const node = new SchemaNode(this.#nextId(), this, pointer, schema);
    this.#nodes.set(pointer, node);
    return node;
  }

  /** Whether both are the same schema, to the letter. */
  hasSameText(other: SchemaDocument): boolean {
    return this.size === other.size && canonicalJson(this.#schema) === canonicalJson(other.#schema);
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

  #survey(value: JsonValue, pointer: string, depth: number): void {
    this.size++;
    if (typeof value !== 'object' || value === null) return;
    if (depth > DEPTH_MAX) {
      this.#isTooDeep = true;
      return;
    }
    if (isObject(value)) this.#noteNames(value, pointer);
    for (const [key, inner] of Object.entries(value)) {
      this.#survey(inner, `${pointer}/${escapeSegment(key)}`, depth + 1);
    }
  }

  #noteNames({ $id, $anchor, $dynamicAnchor, $ref }: JsonObject, pointer: string): void {
    if ($ref !== undefined) this.hasReferences = true;
    for (const name of [$anchor, $dynamicAnchor]) if (typeof name === 'string') this.#anchors.set(name, pointer);
    if (typeof $id !== 'string' || pointer === '') return;
    if ($id.startsWith('#')) this.#anchors.set($id.slice(1), pointer);
    else this.#hasInnerBase = true;
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
    return isSchema(value) ? this.nodeAt(pointer, value) : undefined;
  }
}

function step(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}
