import type { GovernedEventStoreOptions } from '@nexus/shared';
import { onlyWhere } from '../ConformanceCase.ts';
import type { Backup, ConformingStore, Harness, StoreFactory } from '../Harness.ts';
import { SuiteClock } from './SuiteClock.ts';

/** Events that a case takes for many, unless told otherwise. */
export const EVENTS_MANY = 20_000;

/** What {@link Bench.open} gives: a store, and what may be done to it from outside. */
export interface OpenedStore {
  readonly store: ConformingStore;
  /** Not applicable where the store is not durable. */
  reopen(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
  /** Not applicable where the factory has no second instance. */
  second(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
  /**
   * Another instance on the same content: beside the others where they can share it, else in their place, and those are
   * closed. Not applicable where content can neither be shared nor outlive its instance.
   */
  another(options?: GovernedEventStoreOptions): Promise<ConformingStore>;
  /** Not applicable where the factory takes no backups. */
  backup(): Promise<Backup>;
  readonly harness: Harness;
}

/** Where one case works: it opens stores with the suite's time and ids, and removes them in the end. */
export class Bench {
  readonly clock: SuiteClock = new SuiteClock();
  /** Events that a case takes for many, where it is about bounded memory. */
  readonly eventsMany: number;
  readonly #factory: StoreFactory;
  readonly #harnesses: Harness[] = [];
  #idsMade = 0;

  constructor(factory: StoreFactory, eventsMany: number = EVENTS_MANY) {
    this.#factory = factory;
    this.eventsMany = eventsMany;
  }

  /** Opens a new, empty store. */
  async open(options: GovernedEventStoreOptions = {}): Promise<OpenedStore> {
    const harness = await this.#factory.create(this.#complete(options));
    this.#harnesses.push(harness);
    return {
      store: harness.store,
      reopen: (others = options) => this.#reopen(harness, others),
      second: (others = options) => this.#second(harness, others),
      another: (others = options) =>
        harness.second === undefined ? this.#reopen(harness, others) : this.#second(harness, others),
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
