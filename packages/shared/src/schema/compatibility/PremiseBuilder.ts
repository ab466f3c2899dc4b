import type { Comparison } from './Comparison.ts';
import { dependents, hasDependents } from './dependents.ts';
import { type Alternative, type Choice, Premise, requiredBy } from './Premise.ts';
import { isSchema, type SchemaNode } from './SchemaNode.ts';
import { ANY, allowedTypes, OBJECT } from './typeMask.ts';

/** Longer lists are not split: their alternatives are then unknown. */
const ALTERNATIVES_MAX = 300;

/**
 * Takes schemas apart into what holds without condition, what is a choice, and what is excluded. `$ref` and `allOf` are
 * followed; a reference that leads nowhere or back adds nothing.
 */
export class PremiseBuilder {
  readonly #comparison: Comparison;
  readonly #nodes = new Set<SchemaNode>();
  readonly #choices = new Map<string, Choice>();
  readonly #negations = new Set<SchemaNode>();

  constructor(comparison: Comparison, from?: Premise) {
    this.#comparison = comparison;
    for (const node of from?.nodes ?? []) this.#nodes.add(node);
    for (const choice of from?.choices ?? []) this.#choices.set(choice.key, choice);
    for (const node of from?.negations ?? []) this.#negations.add(node);
  }

  /** Adds that the data matches the schemas. */
  matches(nodes: readonly SchemaNode[]): this {
    const open = [...nodes];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#nodes.has(node)) continue;
      this.#nodes.add(node);
      this.#comparison.spend(1);
      this.#addChoices(node);
      open.push(...this.#implied(node));
    }
    return this;
  }

  /** Adds that the data matches none of the schemas. */
  excludes(nodes: readonly SchemaNode[]): this {
    for (const node of nodes) this.#negations.add(node);
    return this;
  }

  /** Adds a choice that no keyword of a schema states by itself. */
  chooses(choice: Choice): this {
    this.#choices.set(choice.key, choice);
    return this;
  }

  /** Puts one alternative in the place of its choice. */
  settles(choice: Choice, { nodes, negations }: Alternative): this {
    this.#choices.delete(choice.key);
    return this.matches(nodes).excludes(negations);
  }

  /** Forgets what is excluded. */
  withoutNegations(): this {
    this.#negations.clear();
    return this;
  }

  build(): Premise {
    for (let more = this.#dependents(); more.length > 0; more = this.#dependents()) this.matches(more);
    return new Premise([...this.#nodes], [...this.#choices.values()], [...this.#negations]);
  }

  #implied(node: SchemaNode): readonly SchemaNode[] {
    const { $ref, const: only, not } = node.keywords;
    const implied = [...node.list('allOf')];
    const target = typeof $ref === 'string' ? node.document.resolve($ref) : undefined;
    if (target !== undefined) implied.push(target);
    if (only !== undefined) implied.push(this.#comparison.literal(only));
    if (isSchema(not)) this.#negations.add(node.one('not') as SchemaNode);
    return implied;
  }

  /** What the presence of required properties brings with it, and was not known. */
  #dependents(): readonly SchemaNode[] {
    const nodes = [...this.#nodes].filter(hasDependents);
    if (nodes.length === 0) return [];
    const required = [...this.#nodes].flatMap(requiredBy);
    // Of anything but an object nothing is required.
    const areObjects = [...this.#nodes].reduce((types, node) => types & allowedTypes(node), ANY) === OBJECT;
    const brought = (node: SchemaNode, name: string): readonly SchemaNode[] =>
      areObjects ? dependents(this.#comparison, node, name) : [];
    const all = nodes.flatMap((node) => required.flatMap((name) => brought(node, name)));
    return all.filter((node) => !this.#nodes.has(node));
  }

  #addChoices(node: SchemaNode): void {
    this.#choose(node, 'anyOf', node.list('anyOf').map(single));
    this.#choose(node, 'oneOf', exclusive(node.list('oneOf')));
    this.#choose(node, 'if', conditional(node));
    this.#choose(node, 'enum', this.#valuesOf(node));
    this.#choose(node, 'type', this.#typesOf(node));
  }

  #valuesOf({ keywords: { enum: values } }: SchemaNode): readonly Alternative[] {
    if (!Array.isArray(values) || values.length > ALTERNATIVES_MAX) return [];
    return values.map((value) => single(this.#comparison.literal(value)));
  }

  #typesOf({ keywords: { type: types, nullable } }: SchemaNode): readonly Alternative[] {
    if (!Array.isArray(types) || nullable !== undefined) return [];
    return types.map((type) => single(this.#comparison.synthetic({ type })));
  }

  #choose(node: SchemaNode, keyword: string, alternatives: readonly Alternative[]): void {
    if (alternatives.length === 0 || alternatives.length > ALTERNATIVES_MAX) return;
    const key = `${node.id}${keyword}`;
    this.#choices.set(key, { key, keyword, alternatives });
  }
}

function single(node: SchemaNode): Alternative {
  return { nodes: [node], negations: [] };
}

/** Of `oneOf`, a branch holds and all others do not. */
function exclusive(branches: readonly SchemaNode[]): readonly Alternative[] {
  return branches.map((branch) => ({ nodes: [branch], negations: branches.filter((other) => other !== branch) }));
}

function conditional(node: SchemaNode): readonly Alternative[] {
  const condition = node.one('if');
  if (condition === undefined) return [];
  const present = (keyword: string): SchemaNode[] => [node.one(keyword)].filter((one) => one !== undefined);
  return [
    { nodes: [condition, ...present('then')], negations: [] },
    { nodes: present('else'), negations: [condition] },
  ];
}
