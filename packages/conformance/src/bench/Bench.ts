import type { GovernedEventStoreOptions } from '@nexus/shared';
import { onlyWhere } from '../ConformanceCase.ts';
import type { Backup, ConformingStore, Harness, StoreFactory } from '../Harness.ts';
import { SuiteClock } from './SuiteClock.ts';

/** What {@link Bench.open} gives: a store, and what may be done to it from outside. */
export interface OpenedStore {
  readonly store: ConformingStore;
  /** Not applicable where the store is not durable. */
  reopen(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
  /** Not applicable where the factory has no second instance. */
  second(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
  /** Not applicable where the factory takes no backups. */
  backup(): Promise<Backup>;
  readonly harness: Harness;
}

/** Where one case works: it opens stores with the suite's time and ids, and removes them in the end. */
export class Bench {
  readonly clock: SuiteClock = new SuiteClock();
  readonly #factory: StoreFactory;
  readonly #harnesses: Harness[] = [];
  #idsMade = 0;

  constructor(factory: StoreFactory) {
    this.#factory = factory;
  }

  /** Opens a new, empty store. */
  async open(options: GovernedEventStoreOptions = {}): Promise<OpenedStore> {
    const harness = await this.#factory.create(this.#complete(options));
    this.#harnesses.push(harness);
    return {
      store: harness.store,
      reopen: (others = options) => this.#reopen(harness, others),
      second: (others = options) => this.#second(harness, others),
      backup: () => this.#backup(harness),
      harness,
    };
  }

  /** Closes and removes all that was opened. */
  async dispose(): Promise<void> {
    for (const harness of this.#harnesses.splice(0)) await harness.dispose();
  }

  #complete(options: GovernedEventStoreOptions): GovernedEventStoreOptions {
    return {
      clock: this.clock,
      newId: () => `id-${++this.#idsMade}`,
      retry: { delaysMs: [0, 0, 0], jitter: 0, random: () => 0 },
      ...options,
    };
  }

  async #reopen(harness: Harness, options: GovernedEventStoreOptions): Promise<ConformingStore> {
    onlyWhere(harness.store.capabilities.durable, 'capabilities.durable is false');
    if (harness.reopen === undefined) throw new TypeError('A durable store needs `reopen` in its harness');
    return harness.reopen(this.#complete(options));
  }

  async #second(harness: Harness, options: GovernedEventStoreOptions): Promise<ConformingStore> {
    onlyWhere(harness.second !== undefined, 'the factory opens no second instance');
    return harness.second(this.#complete(options));
  }

  async #backup(harness: Harness): Promise<Backup> {
    onlyWhere(harness.backup !== undefined, 'the factory takes no backups');
    const backup = await harness.backup();
    return { restore: (options = {}) => backup.restore(this.#complete(options)) };
  }
}
