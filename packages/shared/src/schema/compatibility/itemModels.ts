import type { Comparison } from './Comparison.ts';
import { unconditionalParts } from './contentModels.ts';
import type { Premise } from './Premise.ts';
import { atMost } from './ranges.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** Which schemas the items of an array have to match, as one schema states it. */
export interface ItemModel {
  readonly owner: SchemaNode;
  /** Of the first items, one by one. */
  readonly prefix: readonly SchemaNode[];
  /** Of all others. Open where it is absent. */
  readonly rest: SchemaNode | undefined;
  readonly keyword: 'items' | 'additionalItems' | 'unevaluatedItems';
}

const CONDITIONAL = ['anyOf', 'oneOf', 'if', 'not', 'contains', 'dependentSchemas', 'dependencies', '$dynamicRef'];

/** What the reader asks of items. Where it depends on the data which are evaluated, it asks more than it does. */
export function itemsOfReader(comparison: Comparison, node: SchemaNode): readonly ItemModel[] {
  return comparison.once(node, 'reader-items', () => [
    ownItems(comparison, node),
    ...unevaluatedItems(comparison, node, false),
  ]);
}

/** What the writer is known to ask of items. */
export function itemsOfWriter(comparison: Comparison, premise: Premise): readonly ItemModel[] {
  return premise.once('items', () =>
    premise.nodes.flatMap((node) =>
      comparison.once(node, 'writer-items', () => [
        ownItems(comparison, node),
        ...unevaluatedItems(comparison, node, true),
      ]),
    ),
  );
}

function ownItems(comparison: Comparison, node: SchemaNode): ItemModel {
  const keyword = restKeyword(node);
  const prefix = node.list(node.document.isDraft07 ? 'items' : 'prefixItems');
  return { owner: node, prefix, rest: comparison.unlessTrivial(node.one(keyword)), keyword };
}

function restKeyword(node: SchemaNode): 'items' | 'additionalItems' {
  // Without a tuple, draft-07 passes over `additionalItems`.
  return node.document.isDraft07 && Array.isArray(node.keywords.items) ? 'additionalItems' : 'items';
}

function unevaluatedItems(comparison: Comparison, node: SchemaNode, isExact: boolean): readonly ItemModel[] {
  const rest = comparison.unlessTrivial(node.one('unevaluatedItems'));
  if (rest === undefined) return [];
  const parts = unconditionalParts(node);
  if (isExact && parts.some((part) => CONDITIONAL.some((keyword) => part.keywords[keyword] !== undefined))) return [];
  const evaluatesAll = (part: SchemaNode): boolean =>
    part.one(restKeyword(part)) !== undefined || (part !== node && part.one('unevaluatedItems') !== undefined);
  if (parts.some(evaluatesAll)) return [];
  const length = Math.max(...parts.map((part) => ownItems(comparison, part).prefix.length));
  const prefix = Array.from({ length }, () => comparison.anything);
  return [{ owner: node, prefix, rest, keyword: 'unevaluatedItems' }];
}

/** How many items have a schema of their own. */
export function prefixLength(comparison: Comparison, premise: Premise): number {
  return Math.max(0, ...itemsOfWriter(comparison, premise).map(({ prefix }) => prefix.length));
}

/** What is known of the item at a place. */
export function itemPremise(comparison: Comparison, premise: Premise, index: number): Premise {
  return premise.once(`item ${index}`, () =>
    comparison.premise(
      itemsOfWriter(comparison, premise)
        .map(({ prefix, rest }) => prefix[index] ?? rest)
        .filter((node) => node !== undefined),
    ),
  );
}

/** Most items that an array has. */
export function lengthMax(comparison: Comparison, premise: Premise): number {
  return premise.once('lengthMax', () => {
    const closed = itemsOfWriter(comparison, premise).filter(({ rest }) => rest?.isFalse === true);
    return Math.min(atMost(premise, 'maxItems'), ...closed.map(({ prefix }) => prefix.length));
  });
}
