import type { Guarantee } from '../ConformanceCase.ts';
import { AGGREGATE_READ_CASES } from './queries/aggregate-reads.ts';
import { BOUNDED_MEMORY_CASES } from './queries/bounded-memory.ts';
import { CURSOR_CASES } from './queries/cursors.ts';
import { EVENT_ID_CASES } from './queries/event-ids.ts';
import { RATE_LIMIT_CASES } from './queries/rate-limit.ts';
import { STREAMED_READ_CASES } from './queries/streamed-reads.ts';
import { TIME_RANGE_CASES } from './queries/time-ranges.ts';
import { WHOLE_STORE_CASES } from './queries/whole-store.ts';

export const NOTHING_CUT_OFF: Guarantee = {
  number: 5,
  title: 'Nothing is cut off silently',
  cases: [
    ...AGGREGATE_READ_CASES,
    ...STREAMED_READ_CASES,
    ...BOUNDED_MEMORY_CASES,
    ...TIME_RANGE_CASES,
    ...CURSOR_CASES,
    ...RATE_LIMIT_CASES,
    ...EVENT_ID_CASES,
    ...WHOLE_STORE_CASES,
  ],
};
