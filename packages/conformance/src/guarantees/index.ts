import type { Guarantee } from '../ConformanceCase.ts';
import { ALL_OR_NOTHING } from './all-or-nothing.ts';
import { CHANGE_FEED } from './change-feed.ts';
import { CONCURRENCY } from './concurrency.ts';
import { GOVERNED } from './governed.ts';
import { IDENTITY } from './identity.ts';
import { IMMUTABLE } from './immutable.ts';
import { LOST_REPLY } from './lost-reply.ts';
import { NOTHING_CUT_OFF } from './nothing-cut-off.ts';
import { TYPED_REFUSALS } from './typed-refusals.ts';

/** Every case, by guarantee. */
export const GUARANTEES: readonly Guarantee[] = [
  IDENTITY,
  ALL_OR_NOTHING,
  CONCURRENCY,
  LOST_REPLY,
  IMMUTABLE,
  NOTHING_CUT_OFF,
  CHANGE_FEED,
  TYPED_REFUSALS,
  GOVERNED,
];
