import type { EventJournal } from '@nexus/shared';

/** A way in which a journal can break one promise, for testing the suite itself. */
export interface BrokenJournal {
  /** What the journal does wrong, as a verb in the present tense. */
  readonly name: string;
  /** The id of the case that must fail on it. */
  readonly caughtBy: string;
  /** Breaks a good journal. */
  wrap(good: EventJournal): EventJournal;
}
