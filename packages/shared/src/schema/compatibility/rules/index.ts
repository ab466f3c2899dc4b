import { compareArrayBounds } from './compareArrayBounds.ts';
import { compareCombined } from './compareCombined.ts';
import { compareConditions } from './compareConditions.ts';
import { compareContains } from './compareContains.ts';
import { compareDependencies } from './compareDependencies.ts';
import { compareItems } from './compareItems.ts';
import { compareNumbers } from './compareNumbers.ts';
import { compareObjectBounds } from './compareObjectBounds.ts';
import { compareProperties } from './compareProperties.ts';
import { compareReferences } from './compareReferences.ts';
import { compareRequired } from './compareRequired.ts';
import { compareStrings } from './compareStrings.ts';
import { compareTypes } from './compareTypes.ts';
import { compareValues } from './compareValues.ts';
import type { Rule } from './Rule.ts';

/** All rules, in the order in which their findings are told. */
export const RULES: readonly Rule[] = [
  compareReferences,
  compareTypes,
  compareValues,
  compareNumbers,
  compareStrings,
  compareRequired,
  compareProperties,
  compareObjectBounds,
  compareDependencies,
  compareItems,
  compareArrayBounds,
  compareContains,
  compareCombined,
  compareConditions,
];
