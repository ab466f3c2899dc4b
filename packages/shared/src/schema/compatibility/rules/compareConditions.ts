import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';

/** `if`, `then` and `else`. */
export function compareConditions(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const condition = reader.one('if');
  if (condition === undefined) return NOTHING_FOUND;
  const met = comparison.build(premise).matches([condition]);
  const unmet = comparison.build(premise).excludes([condition]);
  return merge([
    compareBranch(comparison, premise, reader.one('then'), () => comparison.intern(met)),
    compareBranch(comparison, premise, reader.one('else'), () => comparison.intern(unmet)),
  ]);
}

function compareBranch(
  comparison: Comparison,
  premise: Premise,
  branch: SchemaNode | undefined,
  known: () => Premise,
): Findings {
  if (branch === undefined || comparison.shapes.isTrivial(branch)) return NOTHING_FOUND;
  const found = comparison.covers(known(), branch);
  const isNew = premise.nodes.every(({ keywords }) => keywords.if === undefined);
  if (found.length === 0 || !isNew) return found;
  const text = '{reader} asks more under a condition than {writer} does';
  return [atReader('CONDITION_ADDED', branch, '', text)];
}
