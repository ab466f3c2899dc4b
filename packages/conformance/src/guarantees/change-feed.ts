import type { Guarantee } from '../ConformanceCase.ts';
import { CHECKPOINT_CASES } from './feed/checkpoints.ts';
import { CONSUMER_CASES } from './feed/consumers.ts';
import { CRASH_CASES } from './feed/crashes.ts';
import { DELIVERY_CASES } from './feed/delivery.ts';
import { FAILURE_CASES } from './feed/failures.ts';
import { IMPORTED_CASES } from './feed/imported.ts';
import { OWNERSHIP_CASES } from './feed/ownership.ts';
import { PARKING_CASES } from './feed/parking.ts';

export const CHANGE_FEED: Guarantee = {
  number: 6,
  title: 'The change feed delivers every version of each aggregate, in order, at least once',
  cases: [
    ...DELIVERY_CASES,
    ...CHECKPOINT_CASES,
    ...CONSUMER_CASES,
    ...FAILURE_CASES,
    ...PARKING_CASES,
    ...OWNERSHIP_CASES,
    ...CRASH_CASES,
    ...IMPORTED_CASES,
  ],
};
