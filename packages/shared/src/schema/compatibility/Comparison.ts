import type { RE2JS } from 're2js';
import { canonicalJson } from '../../governance/digest.ts';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { compilePattern } from './compilePattern.ts';
import { atReader, type Findings, merge, NOTHING_FOUND, undecided } from './Finding.ts';
import { foundByCases } from './foundByCases.ts';
import { isEmpty } from './isEmpty.ts';
import { schemaOfValue } from './literals.ts';
import type { Choice, Premise } from './Premise.ts';
import { PremiseBuilder } from './PremiseBuilder.ts';
import { ProofMemo } from './ProofMemo.ts';
import { RULES } from './rules/index.ts';
import { SchemaDocument } from './SchemaDocument.ts';
import type { SchemaNode } from './SchemaNode.ts';
import type { Shapes } from './Shapes.ts';
import type { Workshop } from './Workshop.ts';

/** Most choices that are split within one another. */
const SPLITS_MAX = 3;

/**
 * One comparison of a writer's schema with a reader's: whether all data that matches the one matches the other. It
 * shows that this is so, or says where it cannot: it never takes schemas for compatible that are not.
 */
export class Comparison {
  /** A schema that everything matches. */
  readonly anything: SchemaNode;
  /** A schema that nothing matches. */
  readonly nothing: SchemaNode;
  readonly shapes: Shapes;
  readonly #workshop: Workshop;
  readonly #proofs = new ProofMemo();
  readonly #premises = new Map<string, Premise>();
  readonly #literals = new Map<string, SchemaNode>();
  readonly #patterns = new Map<string, RE2JS | undefined>();
  readonly #memo = new Map<string, unknown>();
  #level = 0;
  #splits = 0;
  readonly #stepsMax: number;
  #stepsSpent = 0;

  /** @param stepsMax - bound on the work; what it leaves open is undecided */
  constructor(workshop: Workshop, stepsMax: number) {
    this.#workshop = workshop;
    this.#stepsMax = stepsMax;
    this.shapes = workshop.shapes;
    this.anything = this.synthetic({});
    this.nothing = this.anything.document.nodeAt(() => '/nothing', false);
  }

  get stepsSpent(): number {
    return this.#stepsSpent;
  }

  /** Counts work against the bound. */
  spend(steps: number): void {
    this.#stepsSpent += steps;
  }

  /** The schema of a single value. */
  literal(value: JsonValue): SchemaNode {
    const text = canonicalJson(value);
    const known = this.#literals.get(text);
    if (known !== undefined) return known;
    this.spend(1);
    const node = this.#rootOf(schemaOfValue(value));
    this.#literals.set(text, node);
    return node;
  }

  /** A schema of our own making; the same node for the same text. */
  synthetic(schema: JsonObject): SchemaNode {
    return this.#keep(`synthetic ${canonicalJson(schema)}`, () => this.#rootOf(schema));
  }

  /** A schema that allows everything is as good as none. */
  unlessTrivial(node: SchemaNode | undefined): SchemaNode | undefined {
    return node === undefined || this.shapes.isTrivial(node) ? undefined : node;
  }

  /** Computes something of a node once. */
  once<Value>(node: SchemaNode, name: string, compute: () => Value): Value {
    return this.#keep(`${name} ${node.id}`, compute);
  }

  /** What is known of data that matches all these schemas. */
  premise(nodes: readonly SchemaNode[]): Premise {
    return this.intern(this.build().matches(nodes));
  }

  build(from?: Premise): PremiseBuilder {
    return new PremiseBuilder(this, from);
  }

  /** One premise for all builders that say the same. */
  intern(builder: PremiseBuilder): Premise {
    const premise = builder.build();
    const known = this.#premises.get(premise.key);
    if (known !== undefined) return known;
    this.#premises.set(premise.key, premise);
    return premise;
  }

  /** Whether the text holds a match; `undefined` if the pattern cannot be applied. */
  matches(pattern: string, text: string): boolean | undefined {
    if (!this.#patterns.has(pattern)) this.#patterns.set(pattern, compilePattern(pattern));
    return this.#patterns.get(pattern)?.matcher(text).find();
  }

  /**
   * Why data of the premise may fail under the reader's schema; `[]` when it is shown that none does.
   *
   * @param fills - whether the reader fills in missing properties here by their `default`
   */
  covers(premise: Premise, reader: SchemaNode, fills = false): Findings {
    if (this.#isAmong(premise, reader)) return NOTHING_FOUND;
    this.spend(1 + premise.nodes.length);
    const tooComplex = 'TOO_COMPLEX_TO_DECIDE';
    const giveUp = (kind: string) => undecided(kind, reader, GIVEN_UP[kind] ?? '{reader} cannot be compared');
    if (this.#stepsSpent > this.#stepsMax) return [giveUp(tooComplex)];
    const key = `${premise.key} in ${reader.id}${fills ? ' filled' : ''}`;
    return this.#proofs.prove(key, this.#level, giveUp, () => this.#show(premise, reader, fills));
  }

  /** The same for a part of the data. */
  coversWithin(premise: Premise, reader: SchemaNode, fills = false): Findings {
    this.#level++;
    try {
      return this.covers(premise, reader, fills);
    } finally {
      this.#level--;
    }
  }

  holds(premise: Premise, reader: SchemaNode): boolean {
    return this.covers(premise, reader).length === 0;
  }

  /** Whether it is shown that no data is as the premise says. */
  isImpossible(premise: Premise): boolean {
    return this.holds(premise, this.nothing);
  }

  /** Whether it is shown that no part of the data is as the premise says. */
  isImpossibleWithin(premise: Premise): boolean {
    return this.coversWithin(premise, this.nothing).length === 0;
  }

  /** The premise with one alternative in the place of a choice. */
  alternatives(premise: Premise, choice: Choice): readonly Premise[] {
    return choice.alternatives.map((one) => this.intern(this.build(premise).settles(choice, one)));
  }

  /** Runs a split into alternatives, unless it is nested too deeply already. */
  split<Result>(run: () => Result, otherwise: Result): Result {
    if (this.#splits >= SPLITS_MAX) return otherwise;
    this.#splits++;
    try {
      return run();
    } finally {
      this.#splits--;
    }
  }

  #show(premise: Premise, reader: SchemaNode, fills: boolean): Findings {
    if (reader.isFalse) return isEmpty(this, premise) ? NOTHING_FOUND : [NOTHING_ALLOWED(reader)];
    const found = merge(RULES.map((rule) => rule(this, premise, reader, fills)));
    if (found.length === 0) return NOTHING_FOUND;
    if (premise.nodes.some((node) => this.shapes.areEqual(node, reader))) return NOTHING_FOUND;
    if (this.isImpossible(premise)) return NOTHING_FOUND;
    return this.split(() => foundByCases(this, premise, reader, fills, found), found);
  }

  /** What would be costly to compare is looked at more closely: annotations, and texts with references. */
  #isAmong({ nodes }: Premise, reader: SchemaNode): boolean {
    const { shapes } = this;
    if (nodes.some((node) => shapes.areSame(node, reader))) return true;
    return (
      COSTLY.some((keyword) => reader.keywords[keyword] !== undefined) &&
      nodes.some((node) => shapes.areEqual(node, reader))
    );
  }

  #rootOf(schema: JsonObject): SchemaNode {
    return new SchemaDocument(schema, this.#workshop, { isGiven: false }).root;
  }

  #keep<Value>(key: string, compute: () => Value): Value {
    if (!this.#memo.has(key)) this.#memo.set(key, compute());
    return this.#memo.get(key) as Value;
  }
}

const COSTLY = ['$ref', 'allOf', 'anyOf', 'contains', 'dependencies', 'dependentSchemas', 'if', 'not', 'oneOf'];

const GIVEN_UP: Readonly<Record<string, string>> = {
  TOO_COMPLEX_TO_DECIDE: '{reader} and {writer} are too complex here to be compared',
  RECURSION_NOT_DECIDED: '{reader} refers to itself here in a way that cannot be compared with {writer}',
};

const NOTHING_ALLOWED = (reader: SchemaNode) =>
  atReader('TYPE_NARROWED', reader, '', '{reader} allows nothing here, where {writer} allows data');
