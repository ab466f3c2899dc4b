import { canonicalJson } from '../../governance/digest.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { isAnnotation, LIST_KEYWORDS, MAP_KEYWORDS, SCHEMA_KEYWORDS } from './keywords.ts';
import type { SchemaNode } from './SchemaNode.ts';
import { sameJson } from './sameJson.ts';

/** What a schema says, without its annotations. Two nodes of one number say the same, as far as their references do. */
interface Shape {
  readonly number: number;
  readonly references: ReadonlySet<string>;
}

const NO_REFERENCES: ReadonlySet<string> = new Set();
const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef']);

/** Keywords that mean something else in draft-07 than in 2020-12. */
const BY_DIALECT = ['additionalItems', 'items', 'prefixItems'];

/** Numbers for what schemas say, so that equal sub-schemas are found in constant time, whatever their size. */
export class Shapes {
  readonly #shapes = new Map<SchemaNode, Shape>();
  readonly #numbers = new Map<string, number>();
  readonly #agreements = new Map<string, boolean>();

  /** Whether the schema allows everything, by its text. */
  isTrivial(node: SchemaNode): boolean {
    return !node.isFalse && Object.keys(node.keywords).every(isAnnotation);
  }

  /** Whether two schemas are the same text, which says the same; `false` proves nothing. Cheap for small schemas. */
  areSame(one: SchemaNode, other: SchemaNode): boolean {
    if (one === other) return true;
    if (one.document.hasReferences || other.document.hasReferences) return false;
    const isSameDialect = one.document.isDraft07 === other.document.isDraft07;
    return isSameDialect && one.isFalse === other.isFalse && sameJson(one.keywords, other.keywords);
  }

  /** Whether two schemas say exactly the same, their references included. */
  areEqual(one: SchemaNode, other: SchemaNode): boolean {
    if (one === other) return true;
    const shape = this.#of(one);
    if (shape.number !== this.#of(other).number) return false;
    return shape.references.size === 0 || one.document === other.document || this.#refersAlike(one, other);
  }

  #refersAlike(one: SchemaNode, other: SchemaNode): boolean {
    const key = `${one.id}:${other.id}`;
    const known = this.#agreements.get(key);
    if (known !== undefined) return known;
    const alike = this.#leadAlike(one, other);
    this.#agreements.set(key, alike);
    return alike;
  }

  #leadAlike(one: SchemaNode, other: SchemaNode): boolean {
    const references = new Set(this.#of(one).references);
    for (const reference of references) {
      const target = one.document.resolve(reference);
      const counterpart = other.document.resolve(reference);
      if (target === undefined || counterpart === undefined) return false;
      if (this.#of(target).number !== this.#of(counterpart).number) return false;
      // A set visits what is added while it is walked, and each reference once.
      for (const further of this.#of(target).references) references.add(further);
    }
    return true;
  }

  #of(node: SchemaNode): Shape {
    const known = this.#shapes.get(node);
    if (known !== undefined) return known;
    const shape = this.#describe(node);
    this.#shapes.set(node, shape);
    return shape;
  }

  #describe(node: SchemaNode): Shape {
    if (node.isFalse) return { number: this.#numberOf('false'), references: NO_REFERENCES };
    const references = new Set<string>();
    const keywords = Object.keys(node.keywords).filter((keyword) => !isAnnotation(keyword));
    const parts = keywords
      .sort()
      .map((keyword) => `${JSON.stringify(keyword)}:${this.#part(node, keyword, references)}`);
    if (node.document.isDraft07 && BY_DIALECT.some((keyword) => Array.isArray(node.keywords[keyword])))
      parts.push('07');
    return { number: this.#numberOf(parts.join()), references: references.size === 0 ? NO_REFERENCES : references };
  }

  #part(node: SchemaNode, keyword: string, references: Set<string>): string {
    const value = node.keywords[keyword] as JsonValue;
    if (REFERENCES.has(keyword) && typeof value === 'string') {
      // A dynamic reference has no fixed place, and so never leads alike.
      references.add(keyword === '$ref' ? value : '$dynamicRef:');
    }
    if (MAP_KEYWORDS.has(keyword)) return this.#mapPart(node, keyword, references);
    if (LIST_KEYWORDS.has(keyword) || (SCHEMA_KEYWORDS.has(keyword) && Array.isArray(value))) {
      return `[${node.list(keyword).map((item) => this.#inner(item, references))}]`;
    }
    const inner = SCHEMA_KEYWORDS.has(keyword) ? node.one(keyword) : undefined;
    return inner === undefined ? textOf(value) : String(this.#inner(inner, references));
  }

  #mapPart(node: SchemaNode, keyword: string, references: Set<string>): string {
    const schemas = node.map(keyword);
    const value = node.keywords[keyword] as JsonObject;
    const entry = (key: string): string => {
      const schema = schemas.get(key);
      const text = schema === undefined ? canonicalJson(value[key] as JsonValue) : this.#inner(schema, references);
      return `${JSON.stringify(key)}:${text}`;
    };
    return `{${Object.keys(value).sort().map(entry)}}`;
  }

  #inner(node: SchemaNode, references: Set<string>): number {
    const shape = this.#of(node);
    for (const reference of shape.references) references.add(reference);
    return shape.number;
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? canonicalJson(value) : JSON.stringify(value);
}
