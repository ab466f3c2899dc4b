import type { Comparison } from '../Comparison.ts';
import { atReader, atWriter, type Finding, type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import { type ItemModel, itemPremise, itemsOfReader, itemsOfWriter, lengthMax, prefixLength } from '../itemModels.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { ARRAY, can } from '../typeMask.ts';
import { fillsWithin } from './fills.ts';

/** The schemas of items: `items`, `prefixItems`, `additionalItems`, `unevaluatedItems`. */
export function compareItems(comparison: Comparison, premise: Premise, reader: SchemaNode, fills: boolean): Findings {
  if (!can(premise, ARRAY)) return NOTHING_FOUND;
  const within = fills && fillsWithin(reader);
  const models = itemsOfReader(comparison, reader).filter(
    ({ prefix, rest }) => prefix.length > 0 || rest !== undefined,
  );
  return merge(models.flatMap((model) => compareModel({ comparison, premise, model, fills: within })));
}

interface Pair {
  readonly comparison: Comparison;
  readonly premise: Premise;
  readonly model: ItemModel;
  readonly fills: boolean;
}

function compareModel(pair: Pair): readonly Findings[] {
  const { comparison, premise, model } = pair;
  const listed = Math.max(model.prefix.length, prefixLength(comparison, premise));
  const longest = lengthMax(comparison, premise);
  const places = Array.from({ length: Math.min(listed, longest) }, (_, index) => compareItem(pair, index));
  return longest > listed ? [...places, compareRest(pair, listed)] : places;
}

function compareItem(pair: Pair, index: number): Findings {
  const { comparison, premise, model, fills } = pair;
  const schema = model.prefix[index] ?? model.rest;
  if (schema === undefined || comparison.shapes.isTrivial(schema)) return NOTHING_FOUND;
  const known = itemPremise(comparison, premise, index);
  const found = comparison.coversWithin(known, schema, fills);
  if (found.length === 0) return found;
  const isNew = index >= prefixLength(comparison, premise);
  if (isNew) return [added(schema, index, known)];
  return index >= model.prefix.length ? [removed(pair, index, schema)] : found;
}

function added(schema: SchemaNode, index: number, known: Premise): Finding {
  if (known.isOpen) {
    const text = `{reader} gives item ${index} a schema, and {writer} allows anything at that place`;
    return atReader('ITEM_ADDED_TO_OPEN_CONTENT_MODEL', schema, '', text);
  }
  const text = `{reader} gives item ${index} a schema that does not cover what {writer} allows at that place`;
  return atReader('ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL', schema, '', text);
}

function removed({ comparison, premise, model }: Pair, index: number, schema: SchemaNode): Finding {
  const nodes = itemsOfWriter(comparison, premise).map(({ prefix }) => prefix[index]);
  const place = nodes.find((node) => node?.document.isGiven);
  const kind = schema.isFalse
    ? 'ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL'
    : 'ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL';
  const text = schema.isFalse
    ? `{writer} has an item ${index}, which {reader} does not allow`
    : `{writer} has an item ${index}, whose values {reader} does not all allow among its other items`;
  return place === undefined ? atReader(kind, model.owner, model.keyword, text) : atWriter(kind, place, text);
}

function compareRest({ comparison, premise, model, fills }: Pair, index: number): Findings {
  const { rest, keyword, owner } = model;
  if (rest === undefined || comparison.shapes.isTrivial(rest)) return NOTHING_FOUND;
  const known = itemPremise(comparison, premise, index);
  const found = comparison.coversWithin(known, rest, fills);
  if (found.length === 0) return found;
  const prefix = keyword === 'unevaluatedItems' ? 'UNEVALUATED_ITEMS' : 'ADDITIONAL_ITEMS';
  if (rest.isFalse) {
    return [
      atReader(`${prefix}_REMOVED`, owner, keyword, '{reader} allows no further items, and {writer} allows them'),
    ];
  }
  if (!known.isOpen) return found;
  return [atReader(`${prefix}_NARROWED`, owner, keyword, '{reader} gives items a schema, and {writer} allows any')];
}
