import type { Guarantee } from '../ConformanceCase.ts';
import { ACKNOWLEDGEMENT_CASES } from './atomicity/acknowledgement.ts';
import { BATCH_CASES } from './atomicity/batches.ts';
import { SIZE_CASES } from './atomicity/sizes.ts';
import { VISIBILITY_CASES } from './atomicity/visibility.ts';

export const ALL_OR_NOTHING: Guarantee = {
  number: 1,
  title: 'An append is stored whole or not at all',
  cases: [...ACKNOWLEDGEMENT_CASES, ...BATCH_CASES, ...VISIBILITY_CASES, ...SIZE_CASES],
};
