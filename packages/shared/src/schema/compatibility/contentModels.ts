import type { Comparison } from './Comparison.ts';
import type { Premise } from './Premise.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** Which schemas the properties of an object have to match, as one schema states it. */
export interface ContentModel {
  readonly owner: SchemaNode;
  /** By `properties`. */
  readonly names: ReadonlyMap<string, SchemaNode>;
  /** By `patternProperties`. */
  readonly patterns: ReadonlyMap<string, SchemaNode>;
  /** All others. Open where it is absent. */
  readonly rest: SchemaNode | undefined;
  readonly keyword: 'additionalProperties' | 'unevaluatedProperties';
}

/** Keywords under which a property may be evaluated, depending on the data. */
const CONDITIONAL = ['anyOf', 'oneOf', 'if', 'not', 'dependentSchemas', 'dependencies', '$dynamicRef'];

/** What the reader asks of properties. Where it depends on the data which are evaluated, it asks more than it does. */
export function modelsOfReader(comparison: Comparison, node: SchemaNode): readonly ContentModel[] {
  return comparison.once(node, 'reader-models', () => [
    ownModel(comparison, node),
    ...unevaluatedModel(comparison, node, false),
  ]);
}

/** What the writer is known to ask of properties. */
export function modelsOfWriter(comparison: Comparison, premise: Premise): readonly ContentModel[] {
  return premise.once('models', () =>
    premise.nodes.flatMap((node) =>
      comparison.once(node, 'writer-models', () =>
        [ownModel(comparison, node), ...unevaluatedModel(comparison, node, true)].filter(
          (model) => !isEmptyModel(model),
        ),
      ),
    ),
  );
}

function isEmptyModel({ names, patterns, rest }: ContentModel): boolean {
  return names.size === 0 && patterns.size === 0 && rest === undefined;
}

function ownModel(comparison: Comparison, node: SchemaNode): ContentModel {
  const keyword = 'additionalProperties';
  const rest = comparison.unlessTrivial(node.one(keyword));
  return { owner: node, names: node.map('properties'), patterns: node.map('patternProperties'), rest, keyword };
}

/** `unevaluatedProperties` as the rest beside everything that is evaluated whatever the data is. */
function unevaluatedModel(comparison: Comparison, node: SchemaNode, isExact: boolean): readonly ContentModel[] {
  const rest = comparison.unlessTrivial(node.one('unevaluatedProperties'));
  if (rest === undefined) return [];
  const parts = unconditionalParts(node);
  if (isExact && parts.some((part) => CONDITIONAL.some((keyword) => part.keywords[keyword] !== undefined))) return [];
  const evaluatesAll = (part: SchemaNode): boolean =>
    part.one('additionalProperties') !== undefined ||
    (part !== node && part.one('unevaluatedProperties') !== undefined);
  if (parts.some(evaluatesAll)) return [];
  const allowed = (keyword: string): ReadonlyMap<string, SchemaNode> =>
    new Map(parts.flatMap((part) => [...part.map(keyword).keys()].map((key) => [key, comparison.anything] as const)));
  const keyword = 'unevaluatedProperties';
  return [{ owner: node, names: allowed('properties'), patterns: allowed('patternProperties'), rest, keyword }];
}

/** The schema itself and what it refers to by `allOf` and `$ref`. */
export function unconditionalParts(node: SchemaNode): readonly SchemaNode[] {
  const parts = new Set([node]);
  for (const part of parts) {
    const { $ref } = part.keywords;
    const target = typeof $ref === 'string' ? part.document.resolve($ref) : undefined;
    for (const one of target === undefined ? part.list('allOf') : [target, ...part.list('allOf')]) parts.add(one);
  }
  return [...parts];
}

/** The schemas that a property of this name has to match; where a pattern cannot be applied, those that it may have to. */
export function asked(
  comparison: Comparison,
  { names, patterns, rest }: ContentModel,
  name: string,
): readonly SchemaNode[] {
  const own = names.get(name);
  const hits = [...patterns].filter(([pattern]) => comparison.matches(pattern, name) !== false);
  const schemas = own === undefined ? hits.map(([, schema]) => schema) : [own, ...hits.map(([, schema]) => schema)];
  const isSure = own !== undefined || hits.some(([pattern]) => comparison.matches(pattern, name) === true);
  return isSure || rest === undefined ? schemas : [...schemas, rest];
}

/** The schemas that a property of this name matches for sure. */
function known(comparison: Comparison, { names, patterns, rest }: ContentModel, name: string): readonly SchemaNode[] {
  const own = names.get(name);
  const hits = [...patterns]
    .filter(([pattern]) => comparison.matches(pattern, name) === true)
    .map(([, schema]) => schema);
  const schemas = own === undefined ? hits : [own, ...hits];
  const mayBeRest =
    schemas.length === 0 && [...patterns.keys()].every((one) => comparison.matches(one, name) === false);
  return mayBeRest && rest !== undefined ? [rest] : schemas;
}

/** What is known of the property of this name. */
export function propertyPremise(comparison: Comparison, premise: Premise, name: string): Premise {
  return premise.once(`property ${name}`, () =>
    comparison.premise(modelsOfWriter(comparison, premise).flatMap((model) => known(comparison, model, name))),
  );
}

/** The names that the writer's schemas list. */
export function listedNames(comparison: Comparison, premise: Premise): ReadonlySet<string> {
  return premise.once(
    'names',
    () => new Set(modelsOfWriter(comparison, premise).flatMap(({ names }) => [...names.keys()])),
  );
}

/**
 * What is known of a property that no schema lists.
 *
 * @param pattern - the pattern that its name matches, if one is known
 * @param unmatched - patterns that its name does not match
 */
export function otherPremise(
  comparison: Comparison,
  premise: Premise,
  pattern: string | undefined,
  unmatched: ReadonlyMap<string, SchemaNode>,
): Premise {
  const builder = comparison.build();
  for (const { patterns, rest } of modelsOfWriter(comparison, premise)) {
    const matched = pattern === undefined ? undefined : patterns.get(pattern);
    const possible = [...patterns].filter(([one]) => !unmatched.has(one)).map(([, schema]) => schema);
    if (matched !== undefined) builder.matches([matched]);
    else if (possible.length === 0) builder.matches(rest === undefined ? [] : [rest]);
    else if (rest !== undefined) builder.chooses(oneOfThem([rest, ...possible]));
  }
  return comparison.intern(builder);
}

function oneOfThem(nodes: readonly SchemaNode[]) {
  const key = `of ${nodes.map(({ id }) => id)}`;
  return { key, keyword: 'patternProperties', alternatives: nodes.map((node) => ({ nodes: [node], negations: [] })) };
}

/** Whether an object has no properties but those that are listed. */
export function isClosed(comparison: Comparison, premise: Premise): boolean {
  return modelsOfWriter(comparison, premise).some(
    ({ patterns, rest }) => patterns.size === 0 && rest?.isFalse === true,
  );
}
