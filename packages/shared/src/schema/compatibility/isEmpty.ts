import type { Comparison } from './Comparison.ts';
import { propertyPremise } from './contentModels.ts';
import { itemPremise, lengthMax } from './itemModels.ts';
import type { Choice, Premise } from './Premise.ts';
import { atLeast, atMost, lowerLimit, upperLimit } from './ranges.ts';
import { ARRAY, NUMBER, OBJECT, possibleTypes, STRING } from './typeMask.ts';

/** Longer lists of alternatives, and more items, are not looked through. */
const ALTERNATIVES_MAX = 50;
const ITEMS_MAX = 50;

/** Whether it is shown that no data is as the premise says. */
export function isEmpty(comparison: Comparison, premise: Premise): boolean {
  return (
    premise.nodes.some((node) => node.isFalse) ||
    hasNoType(comparison, premise) ||
    premise.values?.size === 0 ||
    isExcluded(comparison, premise) ||
    hasNoAlternative(comparison, premise)
  );
}

function hasNoType(comparison: Comparison, premise: Premise): boolean {
  let types = possibleTypes(premise);
  if ((types & NUMBER) !== 0 && hasNoNumber(premise)) types &= ~NUMBER;
  if ((types & STRING) !== 0 && atLeast(premise, 'minLength') > atMost(premise, 'maxLength')) types &= ~STRING;
  if ((types & ARRAY) !== 0 && hasNoArray(comparison, premise)) types &= ~ARRAY;
  if ((types & OBJECT) !== 0 && hasNoObject(comparison, premise)) types &= ~OBJECT;
  return types === 0;
}

function hasNoNumber(premise: Premise): boolean {
  const [lower, upper] = [lowerLimit(premise), upperLimit(premise)];
  if (lower.value !== upper.value) return lower.value > upper.value;
  return lower.isExclusive || upper.isExclusive;
}

function hasNoArray(comparison: Comparison, premise: Premise): boolean {
  const least = atLeast(premise, 'minItems');
  if (least > lengthMax(comparison, premise)) return true;
  const places = Array.from({ length: Math.min(least, ITEMS_MAX) }, (_, index) => index);
  return places.some((index) => comparison.isImpossibleWithin(itemPremise(comparison, premise, index)));
}

function hasNoObject(comparison: Comparison, premise: Premise): boolean {
  if (Math.max(atLeast(premise, 'minProperties'), premise.required.size) > atMost(premise, 'maxProperties'))
    return true;
  return [...premise.required].some((name) =>
    comparison.isImpossibleWithin(propertyPremise(comparison, premise, name)),
  );
}

/** Whether everything that the premise allows is among what it excludes. */
function isExcluded(comparison: Comparison, premise: Premise): boolean {
  if (premise.negations.length === 0) return false;
  const positive = comparison.intern(comparison.build(premise).withoutNegations());
  return premise.negations.some((excluded) => comparison.holds(positive, excluded));
}

function hasNoAlternative(comparison: Comparison, premise: Premise): boolean {
  const choices = premise.choices.filter(({ alternatives }) => alternatives.length <= ALTERNATIVES_MAX);
  const isClosed = (choice: Choice): boolean =>
    comparison.alternatives(premise, choice).every((one) => comparison.isImpossible(one));
  return choices.length > 0 && comparison.split(() => choices.slice(0, 4).some(isClosed), false);
}
