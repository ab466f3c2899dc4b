import { randomUUID } from 'node:crypto';
import type { GovernedEventStoreOptions } from '@nexus/shared';
import type { Backup, ConformingStore, Harness, StoreFactory } from './Harness.ts';

/** What an adapter's author says about opening a store. */
export interface StoreOpener<Store extends ConformingStore = ConformingStore> {
  /**
   * Opens the store at a place: a name that is new for each store, to make a file or a table of. Called again with the
   * same place for another instance on the same content.
   */
  open(place: string, options: GovernedEventStoreOptions): Store | Promise<Store>;

  /**
   * Takes a backup of what is at the place, by the store that was opened there first. What it returns is called once
   * all instances are closed, and puts that content back.
   */
  backup?(place: string, store: Store): Promise<() => Promise<void>>;

  /** Removes what is at the place. All instances are closed. */
  remove?(place: string): Promise<void>;

  /** True where only one instance at a time can have the content open. Default: false. */
  readonly exclusive?: boolean;

  /** True where instances share a place's content though it is not durable. Default: false. */
  readonly sharesPlaces?: boolean;

  /** Entries that were read of the feed of any store of this factory. */
  feedEntriesRead?(): number;
}

/** A factory for stores that are opened at a place. */
export function storeFactory<Store extends ConformingStore>(name: string, opener: StoreOpener<Store>): StoreFactory {
  return {
    name,
    create: async (options) => {
      const place = `conformance-${randomUUID()}`;
      return harnessOf(opener, place, await opener.open(place, options));
    },
  };
}

function harnessOf<Store extends ConformingStore>(opener: StoreOpener<Store>, place: string, store: Store): Harness {
  const { durable } = store.capabilities;
  const opened = new Set<ConformingStore>([store]);
  const open = async (options: GovernedEventStoreOptions) => {
    const another = await opener.open(place, options);
    opened.add(another);
    return another;
  };
  const closeAll = async () => {
    for (const one of opened) await one.close();
    opened.clear();
  };
  const reopen = async (options: GovernedEventStoreOptions) => {
    await closeAll();
    return open(options);
  };
  const { backup, feedEntriesRead } = opener;
  return {
    store,
    ...(durable ? { reopen } : {}),
    ...((durable || opener.sharesPlaces === true) && opener.exclusive !== true ? { second: open } : {}),
    ...(backup === undefined ? {} : { backup: () => backupOf(() => backup(place, store), closeAll, open) }),
    ...(feedEntriesRead === undefined ? {} : { feedEntriesRead }),
    dispose: async () => {
      await closeAll();
      await opener.remove?.(place);
    },
  };
}

async function backupOf(
  take: () => Promise<() => Promise<void>>,
  closeAll: () => Promise<void>,
  open: (options: GovernedEventStoreOptions) => Promise<ConformingStore>,
): Promise<Backup> {
  const putBack = await take();
  return {
    restore: async (options = {}) => {
      await closeAll();
      await putBack();
      return open(options);
    },
  };
}
