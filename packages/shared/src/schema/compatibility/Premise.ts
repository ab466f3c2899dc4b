import { canonicalJson } from '../../governance/digest.ts';
import type { JsonValue } from '../../types/json.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** One way in which a choice may hold. */
export interface Alternative {
  readonly nodes: readonly SchemaNode[];
  /** Schemas that the data then does not match. */
  readonly negations: readonly SchemaNode[];
}

/** Of these alternatives at least one holds: `anyOf`, `oneOf`, `enum`, `if`, several types. */
export interface Choice {
  readonly key: string;
  readonly keyword: string;
  readonly alternatives: readonly Alternative[];
}

/**
 * What is known of the data that the writer's schema allows: it matches every one of `nodes`, one alternative of each
 * of `choices`, and none of `negations`. It may say less than the writer's schema, never more.
 */
export class Premise {
  /** Equal for premises that say the same. */
  readonly key: string;
  readonly nodes: readonly SchemaNode[];
  readonly choices: readonly Choice[];
  readonly negations: readonly SchemaNode[];
  #memo: Map<string, unknown> | undefined;

  constructor(nodes: readonly SchemaNode[], choices: readonly Choice[], negations: readonly SchemaNode[]) {
    this.nodes = nodes;
    this.choices = choices;
    this.negations = negations;
    this.key = keyOfPremise(nodes, choices, negations);
  }

  /** Computes something of this premise once. */
  once<Value>(name: string, compute: () => Value): Value {
    this.#memo ??= new Map();
    if (!this.#memo.has(name)) this.#memo.set(name, compute());
    return this.#memo.get(name) as Value;
  }

  /** The values of a keyword over all nodes that have one. */
  numbers(keyword: string): readonly number[] {
    return this.nodes.map((node) => node.number(keyword)).filter((value) => value !== undefined);
  }

  /** Whether nothing at all is known. */
  get isOpen(): boolean {
    return this.nodes.length + this.choices.length + this.negations.length === 0;
  }

  /** Whether one of the schemas has a keyword with this very value. */
  has(keyword: string, value: JsonValue): boolean {
    return this.nodes.some((node) => node.keywords[keyword] === value);
  }

  /** The names that every object has. */
  get required(): ReadonlySet<string> {
    return this.once('required', () => new Set(this.nodes.flatMap(requiredBy)));
  }

  /** The only values that the data can have, by their canonical text, if `enum` or `const` bounds them. */
  get values(): ReadonlyMap<string, JsonValue> | undefined {
    return this.once('values', () => valuesOf(this.nodes));
  }
}

function keyOfPremise(
  nodes: readonly SchemaNode[],
  choices: readonly Choice[],
  negations: readonly SchemaNode[],
): string {
  const ids = (list: readonly SchemaNode[]): string =>
    list
      .map((node) => node.id)
      .sort((a, b) => a - b)
      .join();
  return `${ids(nodes)}|${choices
    .map(({ key }) => key)
    .sort()
    .join()}|${ids(negations)}`;
}

/** The names that a schema requires of an object. */
export function requiredBy(node: SchemaNode): readonly string[] {
  const { required } = node.keywords;
  return Array.isArray(required) ? (required as readonly string[]) : [];
}

/** The values that `enum` and `const` of one schema leave, by their canonical text. */
export function enumerated(node: SchemaNode): ReadonlyMap<string, JsonValue> | undefined {
  const { enum: list, const: only } = node.keywords;
  const listed = Array.isArray(list) ? byText(list as readonly JsonValue[]) : undefined;
  if (only === undefined) return listed;
  const single = byText([only]);
  return listed === undefined ? single : common(listed, single);
}

function valuesOf(nodes: readonly SchemaNode[]): ReadonlyMap<string, JsonValue> | undefined {
  const sets = nodes.map(enumerated).filter((values) => values !== undefined);
  return sets.length === 0 ? undefined : sets.reduce(common);
}

function byText(values: readonly JsonValue[]): ReadonlyMap<string, JsonValue> {
  return new Map(values.map((value) => [canonicalJson(value), value]));
}

function common(one: ReadonlyMap<string, JsonValue>, other: ReadonlyMap<string, JsonValue>) {
  return new Map([...one].filter(([text]) => other.has(text)));
}
