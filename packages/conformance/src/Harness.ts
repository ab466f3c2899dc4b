import type { EventStoreAdmin, EventStorePort, GovernedEventStoreOptions } from '@nexus/shared';

/** A store as the suite sees it: what services use, and what operators use. */
export type ConformingStore = EventStorePort & EventStoreAdmin;

/** A copy of a store's content, taken at some moment. */
export interface Backup {
  /** Opens the content as it was when the backup was taken, in place of what the store holds now. */
  restore(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
}

/** One store under test, with what a case may do to it from outside. */
export interface Harness {
  /** Freshly made and empty. */
  readonly store: ConformingStore;

  /**
   * Closes every instance and opens the same content anew. Needed where `capabilities.durable` is true.
   *
   * @param options - replace those of `create`
   */
  reopen?(options: GovernedEventStoreOptions): Promise<ConformingStore>;

  /** Opens another instance on the same content beside the first, as another process would. */
  second?(options: GovernedEventStoreOptions): Promise<ConformingStore>;

  /** Takes a backup of what the store holds now. */
  backup?(): Promise<Backup>;

  /** Entries of the feed that were read from the journal so far, where the factory can count them. */
  feedEntriesRead?(): number;

  /** Closes every instance and removes the content. */
  dispose(): Promise<void>;
}

/** Makes the stores that the suite tests: the one thing that an adapter's author writes. */
export interface StoreFactory {
  /** Shown in the name of the suite. */
  readonly name: string;
  /**
   * Makes an empty store. The options carry the suite's clock and ids and must reach the store as they are.
   */
  create(options: GovernedEventStoreOptions): Promise<Harness>;
}
