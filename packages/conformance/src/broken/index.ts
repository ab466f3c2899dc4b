import { BROKEN_APPENDS } from './appends.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { BROKEN_CHECKS } from './checks.ts';
import { BROKEN_FEEDS } from './feeds.ts';
import { BROKEN_INSTANCES } from './instances.ts';
import { BROKEN_READS } from './reads.ts';
import { BROKEN_RECEIPTS } from './receipts.ts';
import { BROKEN_REPEATS } from './repeats.ts';
import { BROKEN_TIMES } from './times.ts';
import { BROKEN_VALUES } from './values.ts';

export type { BrokenJournal } from './BrokenJournal.ts';
export { type BrokenSettings, misgovernedFactory } from './BrokenSettings.ts';
export { brokenFactory } from './brokenFactory.ts';
export { brokenSettings } from './settings.ts';

/** Journals that break one promise each, with the case that must catch it: they test the suite, not an adapter. */
export const brokenJournals: readonly BrokenJournal[] = [
  ...BROKEN_APPENDS,
  ...BROKEN_CHECKS,
  ...BROKEN_REPEATS,
  ...BROKEN_RECEIPTS,
  ...BROKEN_READS,
  ...BROKEN_TIMES,
  ...BROKEN_FEEDS,
  ...BROKEN_VALUES,
  ...BROKEN_INSTANCES,
];
