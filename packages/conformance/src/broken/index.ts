import { BROKEN_APPENDS } from './appends.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { BROKEN_FEEDS } from './feeds.ts';
import { BROKEN_READS } from './reads.ts';
import { BROKEN_VALUES } from './values.ts';

export type { BrokenJournal } from './BrokenJournal.ts';

/** Journals that break one promise each, with the case that must catch it: they test the suite, not an adapter. */
export const brokenJournals: readonly BrokenJournal[] = [
  ...BROKEN_APPENDS,
  ...BROKEN_READS,
  ...BROKEN_FEEDS,
  ...BROKEN_VALUES,
];
