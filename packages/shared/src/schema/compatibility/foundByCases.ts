import type { Comparison } from './Comparison.ts';
import { type Findings, merge, NOTHING_FOUND } from './Finding.ts';
import type { Choice, Premise } from './Premise.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** Most choices of one premise that are tried. */
const CHOICES_MAX = 8;

/** Compares each alternative of a choice by itself; what is found then says more, since more is known. */
export function foundByCases(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  fills: boolean,
  found: Findings,
): Findings {
  let best = found;
  for (const choice of premise.choices.slice(0, CHOICES_MAX)) {
    const cases = comparison.alternatives(premise, choice).map((one) => comparison.covers(one, reader, fills));
    const merged = merge(cases);
    if (merged.length === 0) return NOTHING_FOUND;
    if (merged.length < best.length || saysMore(choice, merged, best)) best = merged;
  }
  return best;
}

/** As much is found within the branches. Of a union itself, Confluent's words are kept. */
function saysMore({ keyword }: Choice, within: Findings, before: Findings): boolean {
  if (keyword === 'enum' || keyword === 'type' || within.length > before.length) return false;
  return before.every(({ kind }) => !kind.startsWith('COMBINED_TYPE_') && !kind.startsWith('SUM_TYPE_'));
}
