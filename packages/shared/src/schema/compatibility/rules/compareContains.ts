import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import { itemPremise, lengthMax, prefixLength } from '../itemModels.ts';
import type { Premise } from '../Premise.ts';
import { atLeast } from '../ranges.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { ARRAY, can } from '../typeMask.ts';

/** How many items match a schema. */
interface Count {
  readonly schema: SchemaNode;
  readonly min: number;
  readonly max: number;
}

/** `contains`, with `minContains` and `maxContains`. */
export function compareContains(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const asked = countOf(reader);
  if (asked === undefined || !can(premise, ARRAY)) return NOTHING_FOUND;
  const known = premise.nodes.map(countOf).filter((count) => count !== undefined);
  return merge([
    compareMin(comparison, premise, reader, asked, known),
    compareMax(comparison, premise, reader, asked, known),
  ]);
}

function countOf(node: SchemaNode): Count | undefined {
  const schema = node.one('contains');
  if (schema === undefined) return undefined;
  if (node.document.isDraft07) return { schema, min: 1, max: Number.POSITIVE_INFINITY };
  return { schema, min: node.number('minContains') ?? 1, max: node.number('maxContains') ?? Number.POSITIVE_INFINITY };
}

function compareMin(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  asked: Count,
  known: readonly Count[],
): Findings {
  const fitting = known.filter(({ schema }) => isWithin(comparison, premise, schema, asked.schema));
  const isKept = asked.min <= 0 || fitting.some(({ min }) => min >= asked.min);
  if (isKept || everyItemFits(comparison, premise, asked)) return NOTHING_FOUND;
  const text = '{reader} asks for items that match "contains", and data of {writer} may lack them';
  if (fitting.length > 0) return [atReader('MIN_CONTAINS_INCREASED', reader, 'minContains', text)];
  return [atReader(known.length === 0 ? 'CONTAINS_ADDED' : 'CONTAINS_CHANGED', reader, 'contains', text)];
}

function compareMax(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  asked: Count,
  known: readonly Count[],
): Findings {
  if (lengthMax(comparison, premise) <= asked.max) return NOTHING_FOUND;
  const fitting = known.filter(({ schema }) => isWithin(comparison, premise, asked.schema, schema));
  if (fitting.some(({ max }) => max <= asked.max)) return NOTHING_FOUND;
  const isDecreased = fitting.some(({ max }) => Number.isFinite(max));
  const text = `{reader} allows at most ${asked.max} items that match "contains", and {writer} allows more`;
  return [atReader(isDecreased ? 'MAX_CONTAINS_DECREASED' : 'MAX_CONTAINS_ADDED', reader, 'maxContains', text)];
}

/** Whether every item that matches the one schema matches the other. */
function isWithin(comparison: Comparison, premise: Premise, one: SchemaNode, other: SchemaNode): boolean {
  const isUniform = prefixLength(comparison, premise) === 0;
  const items = isUniform ? itemPremise(comparison, premise, 0) : undefined;
  const item = comparison.intern(comparison.build(items).matches([one]));
  return comparison.coversWithin(item, other).length === 0;
}

function everyItemFits(comparison: Comparison, premise: Premise, asked: Count): boolean {
  if (atLeast(premise, 'minItems') < asked.min) return false;
  const places = Array.from({ length: prefixLength(comparison, premise) + 1 }, (_, index) => index);
  return places.every(
    (index) => comparison.coversWithin(itemPremise(comparison, premise, index), asked.schema).length === 0,
  );
}
