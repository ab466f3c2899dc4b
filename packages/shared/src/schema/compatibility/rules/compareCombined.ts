import type { Comparison } from '../Comparison.ts';
import { atReader, type Finding, type Findings, merge, NOTHING_FOUND } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { possibleTypes } from '../typeMask.ts';

/** `anyOf`, `oneOf` and `not`. (`allOf` is followed like a reference.) */
export function compareCombined(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  return merge([
    compareAnyOf(comparison, premise, reader),
    compareOneOf(comparison, premise, reader),
    compareNot(comparison, premise, reader),
  ]);
}

function compareAnyOf(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const branches = reader.list('anyOf');
  if (branches.length === 0 || branches.some((branch) => comparison.holds(premise, branch))) return NOTHING_FOUND;
  return noBranch(comparison, premise, reader, 'anyOf');
}

function compareOneOf(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const branches = reader.list('oneOf');
  if (branches.length === 0) return NOTHING_FOUND;
  const holding = branches.filter((branch) => comparison.holds(premise, branch));
  if (holding.length === 0) return noBranch(comparison, premise, reader, 'oneOf');
  const isAlone = (branch: SchemaNode): boolean =>
    branches.every((other) => other === branch || excludes(comparison, premise, other));
  if (holding.some(isAlone)) return NOTHING_FOUND;
  const text = 'data of {writer} may match several branches of {reader}, of which exactly one may match';
  return [atReader('ONE_OF_BRANCHES_OVERLAP', reader, 'oneOf', text)];
}

function compareNot(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const excluded = reader.one('not');
  if (excluded === undefined || excludes(comparison, premise, excluded)) return NOTHING_FOUND;
  const text = 'data of {writer} may match what {reader} excludes';
  return [atReader('NOT_TYPE_EXTENDED', reader, 'not', text)];
}

/** Whether it is shown that no data of the premise matches the schema. */
function excludes(comparison: Comparison, premise: Premise, schema: SchemaNode): boolean {
  return comparison.isImpossible(comparison.intern(comparison.build(premise).matches([schema])));
}

/** Where only one branch is of a fitting type, what keeps the data from it is the more helpful answer. */
function noBranch(comparison: Comparison, premise: Premise, reader: SchemaNode, keyword: 'anyOf' | 'oneOf'): Findings {
  const branches = reader.list(keyword);
  const types = possibleTypes(premise);
  const fitting = branches.filter((branch) => (possibleTypes(comparison.premise([branch])) & types) !== 0);
  const only = fitting.length === 1 ? fitting[0] : undefined;
  return only === undefined ? [noneFits(premise, reader, keyword)] : comparison.covers(premise, only);
}

function noneFits(premise: Premise, reader: SchemaNode, keyword: 'anyOf' | 'oneOf'): Finding {
  const choices = premise.choices.filter((choice) => choice.keyword === 'anyOf' || choice.keyword === 'oneOf');
  const count = Math.max(0, ...choices.map(({ alternatives }) => alternatives.length));
  const changed = count === 0 ? 'COMBINED_TYPE_CHANGED' : 'COMBINED_TYPE_SUBSCHEMAS_CHANGED';
  const kind = count > reader.list(keyword).length ? 'SUM_TYPE_NARROWED' : changed;
  return atReader(kind, reader, keyword, `no branch of {reader} is known to allow all that {writer} allows`);
}
