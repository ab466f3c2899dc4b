import type { JsonValue } from '../../../types/json.ts';
import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import { type Limit, lowerLimit, upperLimit } from '../ranges.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { can, INTEGER, NUMBER, possibleTypes } from '../typeMask.ts';
import { kindOf } from './bounds.ts';

/** The limits of numbers, and `multipleOf`. */
export function compareNumbers(_comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  if (!can(premise, NUMBER)) return [];
  return merge([
    compareLimit(premise, reader, 'maximum', 'DECREASED'),
    compareLimit(premise, reader, 'exclusiveMaximum', 'DECREASED'),
    compareLimit(premise, reader, 'minimum', 'INCREASED'),
    compareLimit(premise, reader, 'exclusiveMinimum', 'INCREASED'),
    compareMultiples(premise, reader),
  ]);
}

type Keyword = 'maximum' | 'exclusiveMaximum' | 'minimum' | 'exclusiveMinimum';

function compareLimit(premise: Premise, reader: SchemaNode, keyword: Keyword, change: string): Findings {
  const limit = reader.number(keyword);
  if (limit === undefined || isWithin(premise, keyword, limit)) return [];
  const kind = kindOf(keyword, premise.numbers(keyword).length > 0 ? change : 'ADDED');
  return [
    atReader(kind, reader, keyword, `{reader} sets ${keyword} to ${limit}, and {writer} allows numbers beyond it`),
  ];
}

function isWithin(premise: Premise, keyword: Keyword, limit: number): boolean {
  const isUpper = keyword === 'maximum' || keyword === 'exclusiveMaximum';
  const known: Limit = isUpper ? upperLimit(premise) : lowerLimit(premise);
  if (known.value === limit) return known.isExclusive || keyword === 'maximum' || keyword === 'minimum';
  return isUpper ? known.value < limit : known.value > limit;
}

function compareMultiples(premise: Premise, reader: SchemaNode): Findings {
  const factor = reader.number('multipleOf');
  if (factor === undefined || areMultiples(premise, factor)) return [];
  const known = premise.numbers('multipleOf');
  const text = `{reader} asks for multiples of ${factor}, and {writer} allows other numbers`;
  const isExpanded = known.some((one) => factor % one === 0);
  const kind = known.length === 0 ? 'MULTIPLE_OF_ADDED' : isExpanded ? 'MULTIPLE_OF_EXPANDED' : 'MULTIPLE_OF_CHANGED';
  return [atReader(kind, reader, 'multipleOf', text)];
}

function areMultiples(premise: Premise, factor: number): boolean {
  if (premise.values !== undefined) return [...premise.values.values()].every((value) => isMultiple(value, factor));
  if (factor === 1 && (possibleTypes(premise) & NUMBER) === INTEGER) return true;
  return premise.numbers('multipleOf').some((known) => isFactor(factor, known));
}

/** As the validator judges it. */
function isMultiple(value: JsonValue, factor: number): boolean {
  if (typeof value !== 'number') return true;
  const quotient = value / factor;
  return quotient === Number.parseInt(String(quotient), 10);
}

/** Only where arithmetic is exact: 2.7 is a multiple of 0.9 to the validator, and none of 0.3. */
function isFactor(factor: number, of: number): boolean {
  if (factor === of) return true;
  const ratio = of / factor;
  if (!Number.isInteger(ratio)) return false;
  return (Number.isInteger(of) && Number.isInteger(factor)) || Number.isInteger(Math.log2(ratio));
}
