import type { GovernedEventStoreOptions } from '@nexus/shared';
import type { StoreFactory } from '../Harness.ts';

/** A way in which a store can be governed otherwise than it was told, for testing the suite itself. */
export interface BrokenSettings {
  /** What the store does wrong, as a verb in the present tense. */
  readonly name: string;
  /** The id of the case that must fail on it. */
  readonly caughtBy: string;
  /** What a good store is opened with in place of these. */
  change(options: GovernedEventStoreOptions): GovernedEventStoreOptions;
}

/** A factory for good stores that are governed otherwise than they were told. */
export function misgovernedFactory({ name, change }: BrokenSettings, good: StoreFactory): StoreFactory {
  return {
    name,
    create: async (options) => {
      const harness = await good.create(change(options));
      const { reopen, second } = harness;
      return {
        ...harness,
        ...(reopen === undefined ? {} : { reopen: (others) => reopen(change(others)) }),
        ...(second === undefined ? {} : { second: (others) => second(change(others)) }),
      };
    },
  };
}
