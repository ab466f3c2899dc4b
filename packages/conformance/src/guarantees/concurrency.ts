import type { Guarantee } from '../ConformanceCase.ts';
import { CHECK_ORDER_CASES } from './concurrency/check-order.ts';
import { EXPECTED_VERSION_CASES } from './concurrency/expected-version.ts';
import { RACE_CASES } from './concurrency/races.ts';

export const CONCURRENCY: Guarantee = {
  number: 2,
  title: 'Of racing writers exactly one wins, and a loser breaks nothing',
  cases: [...EXPECTED_VERSION_CASES, ...CHECK_ORDER_CASES, ...RACE_CASES],
};
