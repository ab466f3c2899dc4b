import type { Comparison } from '../Comparison.ts';
import { modelsOfWriter } from '../contentModels.ts';
import { type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import { atLeast, atMost } from '../ranges.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { can, OBJECT } from '../typeMask.ts';
import { compareLower, compareUpper } from './bounds.ts';

/** `minProperties` and `maxProperties`. */
export function compareObjectBounds(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  if (!can(premise, OBJECT)) return NOTHING_FOUND;
  const least = Math.max(atLeast(premise, 'minProperties'), premise.required.size);
  return merge([
    compareLower(premise, reader, 'minProperties', least),
    compareUpper(premise, reader, 'maxProperties', most(comparison, premise)),
  ]);
}

function most(comparison: Comparison, premise: Premise): number {
  const closed = modelsOfWriter(comparison, premise).filter(
    ({ patterns, rest }) => patterns.size === 0 && rest?.isFalse === true,
  );
  return Math.min(atMost(premise, 'maxProperties'), ...closed.map(({ names }) => names.size));
}
