import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import { lengthMax } from '../itemModels.ts';
import type { Premise } from '../Premise.ts';
import { atLeast } from '../ranges.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { ARRAY, can } from '../typeMask.ts';
import { compareLower, compareUpper } from './bounds.ts';

/** `minItems`, `maxItems` and `uniqueItems`. */
export function compareArrayBounds(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  if (!can(premise, ARRAY)) return NOTHING_FOUND;
  return merge([
    compareLower(premise, reader, 'minItems', atLeast(premise, 'minItems')),
    compareUpper(premise, reader, 'maxItems', lengthMax(comparison, premise)),
    compareUnique(comparison, premise, reader),
  ]);
}

function compareUnique(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  if (reader.keywords.uniqueItems !== true || premise.has('uniqueItems', true)) return NOTHING_FOUND;
  if (lengthMax(comparison, premise) <= 1) return NOTHING_FOUND;
  const text = '{reader} asks for unique items, and {writer} allows an item twice';
  return [atReader('UNIQUE_ITEMS_ADDED', reader, 'uniqueItems', text)];
}
