import type { JsonObject, JsonValue } from '@nexus/shared';
import { isRebased, lastSegment, SchemaReferences } from './SchemaReferences.ts';
import { identifierOf, type TypeNames } from './TypeNames.ts';
import {
  arrayType,
  declaration,
  docComment,
  grouped,
  intersectionType,
  literalType,
  type Member,
  objectType,
  unionType,
} from './typeText.ts';

/** Where in a schema, and so in a type, something stands. */
interface Position {
  /** Types of values that are known from around; `undefined`: all. */
  readonly types: readonly string[] | undefined;
  /** Other properties are spoken of elsewhere in the same intersection. */
  readonly isPartial: boolean;
  /** The reference to the named type that is being written, while nothing deferred lies between. */
  readonly owner: string | undefined;
  readonly depth: number;
}

const ALL_TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null'];
const COMBINATIONS = ['$ref', 'allOf', 'anyOf', 'oneOf'];
const OBJECT_KEYWORDS = [
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'unevaluatedProperties',
];
/** To the compiler every object has these, as functions, even where an optional property is left out. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
const DEPTH_MAX = 100;
const UNKNOWN = 'unknown';

/**
 * The types of one schema: its own, and one for each schema that it refers to. A value that the schema allows always
 * has the type; what TypeScript cannot express is left out, so that the type may allow more.
 */
export class SchemaTypes {
  readonly #schema: JsonObject;
  readonly #name: string;
  readonly #names: TypeNames;
  readonly #references: SchemaReferences;
  readonly #isDraft07: boolean;
  /** Names of the types of what is referred to. */
  readonly #named = new Map<string, string>();
  readonly #waiting: string[] = [];

  constructor(schema: JsonObject, name: string, names: TypeNames) {
    this.#schema = schema;
    this.#name = name;
    this.#names = names;
    this.#references = new SchemaReferences(schema);
    this.#isDraft07 = String(schema.$schema ?? '').includes('draft-07');
    this.#named.set('#', name);
  }

  /** @param doc - lines about the type itself */
  declarations(doc: readonly string[]): string[] {
    const root = this.#typeOf(this.#schema, { types: ['object'], isPartial: false, owner: '#', depth: 0 });
    const declarations = [declaration(this.#name, root, docComment([...docOf(this.#schema), ...doc]))];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const schema = this.#references.resolve(next) as JsonValue;
      const type = this.#typeOf(schema, { types: undefined, isPartial: false, owner: next, depth: 0 });
      declarations.push(declaration(this.#named.get(next) as string, type, docComment(docOf(schema))));
    }
    return declarations;
  }

  #typeOf(schema: JsonValue | undefined, at: Position): string {
    if (schema === false) return 'never';
    if (typeof schema !== 'object' || schema === null || at.depth > DEPTH_MAX) return UNKNOWN;
    const object = schema as JsonObject;
    if (at.depth > 0 && isRebased(object) && hasReference(object)) return UNKNOWN;
    const deeper = { ...at, depth: at.depth + 1 };
    if (this.#isDraft07 && object.$ref !== undefined) return this.#reference(object.$ref, deeper);
    return this.#combined(object, { ...deeper, types: typesOf(object, at.types) });
  }

  #combined(schema: JsonObject, at: Position): string {
    const isCombined = COMBINATIONS.some((keyword) => schema[keyword] !== undefined);
    const saysObject = OBJECT_KEYWORDS.some((keyword) => schema[keyword] !== undefined);
    const own = isCombined && !saysObject && isObject(at.types) ? UNKNOWN : this.#own(schema, at);
    const within: Position = { ...at, isPartial: at.isPartial || (saysObject && isObject(at.types)) };
    const { $ref, allOf, anyOf, oneOf } = schema;
    const alternatives = [anyOf, oneOf].filter(Array.isArray);
    return intersectionType([
      own,
      ...($ref === undefined ? [] : [this.#reference($ref, at)]),
      ...(Array.isArray(allOf) ? allOf.map((one) => this.#typeOf(one, within)) : []),
      ...alternatives.map((branches) => unionType(branches.map((one: JsonValue) => this.#typeOf(one, within)))),
    ]);
  }

  /** What the keywords of the schema itself say. */
  #own(schema: JsonObject, at: Position): string {
    const values = valuesOf(schema, at.types);
    if (values !== undefined) return unionType(values.map(literalType));
    if (at.types === undefined) return UNKNOWN;
    return unionType(at.types.map((type) => this.#typed(type, schema, at)));
  }

  #typed(type: string, schema: JsonObject, at: Position): string {
    if (type === 'object') return this.#object(schema, at);
    if (type === 'array') return this.#array(schema, at);
    return type;
  }

  #object(schema: JsonObject, at: Position): string {
    const properties = Object.entries((schema.properties ?? {}) as JsonObject);
    const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : [];
    const known = new Set(properties.map(([name]) => name));
    const others = required.filter((name) => !known.has(name));
    const rest = this.#restOf(schema, at);
    if (others.length > 0 && rest === undefined && !isOpenElsewhere(schema, at)) return 'never';
    const members: Member[] = [
      ...properties.map(([name, property]) => this.#member(name, property, required.includes(name), at)),
      ...[...new Set(others)].map((name) => ({ name, type: rest ?? UNKNOWN, isOptional: false, comment: '' })),
    ];
    if (at.isPartial || isOpenElsewhere(schema, at)) {
      return members.length === 0 ? UNKNOWN : objectType(members, undefined);
    }
    // An index signature bears on the named properties too.
    const index = rest === undefined || members.length === 0 ? rest : UNKNOWN;
    return objectType(members, index);
  }

  /** The type of the properties that have no name in the schema; `undefined` if there can be none. */
  #restOf(schema: JsonObject, at: Position): string | undefined {
    const { additionalProperties = true, patternProperties = {}, unevaluatedProperties } = schema;
    const isCombined = COMBINATIONS.some((keyword) => schema[keyword] !== undefined);
    const isUnevaluated = schema.additionalProperties === undefined && unevaluatedProperties === false && !isCombined;
    const additional = isUnevaluated ? false : additionalProperties;
    const schemas = [...Object.values(patternProperties as JsonObject), additional];
    const types = schemas.filter((one) => one !== false).map((one) => this.#typeOf(one as JsonValue, below(at)));
    return types.length === 0 ? undefined : unionType(types);
  }

  #member(name: string, schema: JsonValue, isRequired: boolean, at: Position): Member {
    const isInherited = !isRequired && INHERITED.has(name);
    const type = isInherited ? UNKNOWN : this.#typeOf(schema, below(at));
    return { name, type, isOptional: !isRequired, comment: docComment(docOf(schema)) };
  }

  #array(schema: JsonObject, at: Position): string {
    const { prefixItems, items, additionalItems, minItems = 0 } = schema;
    const places = this.#isDraft07 && Array.isArray(items) ? items : prefixItems;
    const rest = places === items ? additionalItems : items;
    if (!Array.isArray(places)) return arrayType(this.#typeOf(rest ?? true, below(at)));
    const types = places.map((one: JsonValue) => this.#typeOf(one, below(at)));
    const elements = types.map((type, index) => (index < Number(minItems) ? type : `${grouped(type)}?`));
    const tail = rest === false ? [] : [`...${arrayType(this.#typeOf(rest ?? true, below(at)), false)}`];
    return `readonly [${[...elements, ...tail].join(', ')}]`;
  }

  #reference(reference: JsonValue, { owner }: Position): string {
    if (typeof reference !== 'string' || this.#references.resolve(reference) === undefined) return UNKNOWN;
    if (owner !== undefined && this.#references.leadsTo(reference, owner)) return UNKNOWN;
    // The type of the whole takes for granted that a payload is an object.
    if (reference === '#' && this.#schema.type !== 'object') return UNKNOWN;
    return this.#named.get(reference) ?? this.#nameOf(reference);
  }

  #nameOf(reference: string): string {
    const name = this.#names.claim(`${this.#name}${identifierOf(lastSegment(reference))}`);
    this.#named.set(reference, name);
    this.#waiting.push(reference);
    return name;
  }
}

/** Within a property or an item, of which nothing is known from around. */
function below({ depth }: Position): Position {
  return { types: undefined, isPartial: false, owner: undefined, depth };
}

function isObject(types: readonly string[] | undefined): boolean {
  return types?.length === 1 && types[0] === 'object';
}

/** Whether properties without a name here may have one in another part of the intersection. */
function isOpenElsewhere(schema: JsonObject, { isPartial }: Position): boolean {
  const isCombined = COMBINATIONS.some((keyword) => schema[keyword] !== undefined);
  const isUnevaluated = schema.additionalProperties === undefined && schema.unevaluatedProperties === false;
  return isPartial || (isCombined && isUnevaluated);
}

function typesOf({ type }: JsonObject, known: readonly string[] | undefined): readonly string[] | undefined {
  if (type === undefined) return known;
  const stated = (Array.isArray(type) ? type : [type]).map((one) => (one === 'integer' ? 'number' : String(one)));
  return ALL_TYPES.filter((one) => stated.includes(one) && (known === undefined || known.includes(one)));
}

/** The values of `enum` or `const` that have one of the types; `undefined` if the schema has neither. */
function valuesOf(schema: JsonObject, types: readonly string[] | undefined): readonly JsonValue[] | undefined {
  const { enum: list } = schema;
  const values = schema.const !== undefined ? [schema.const] : list;
  if (!Array.isArray(values)) return undefined;
  return values.filter((value: JsonValue) => types === undefined || types.includes(typeNameOf(value)));
}

function typeNameOf(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function hasReference(schema: JsonValue): boolean {
  return JSON.stringify(schema).includes('"$ref"');
}

function docOf(schema: JsonValue): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { description, deprecated } = schema as JsonObject;
  return [
    ...(typeof description === 'string' && description.trim() !== '' ? [description.trim()] : []),
    ...(deprecated === true ? ['@deprecated'] : []),
  ];
}
