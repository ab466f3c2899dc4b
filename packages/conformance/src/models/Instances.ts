import type { Bench, OpenedStore } from '../bench/Bench.ts';
import type { ConformingStore } from '../Harness.ts';
import type { Script } from './Script.ts';
import { StoppedClock } from './StoppedClock.ts';

/** One instance of a store, and its time. */
export interface Instance {
  readonly store: ConformingStore;
  readonly clock: StoppedClock;
}

/** Temporal queries are not what is tested here. */
const SETTINGS = { rateLimiter: null };
/** Dropped instances that are kept open at a time. */
const DROPPED_MAX = 2;

/** The instances of a store that steps are taken on. A script opens the same ones. */
export class Instances {
  readonly #opened: OpenedStore;
  readonly #script: Script;
  #current: Instance;
  #beside: Instance | undefined;
  #dropped = 0;

  private constructor(opened: OpenedStore, clock: StoppedClock, script: Script) {
    this.#opened = opened;
    this.#script = script;
    this.#current = { store: opened.store, clock };
  }

  /** The first instance of a new store. */
  static async open(bench: Bench, script: Script): Promise<Instances> {
    const clock = new StoppedClock();
    return new Instances(await bench.open({ ...SETTINGS, clock }), clock, script);
  }

  /** The one that steps are taken on now: `store` in a script. */
  get current(): Instance {
    return this.#current;
  }

  /** Whether another can be opened in the place of one that is dropped. */
  get canDrop(): boolean {
    return this.#opened.harness.second !== undefined && this.#dropped < DROPPED_MAX;
  }

  /** Another one beside it: `beside` in a script. The same where there can be only one. */
  async beside(): Promise<Instance> {
    if (this.#beside !== undefined || this.#opened.harness.second === undefined) return this.#beside ?? this.#current;
    this.#script.add('beside = await another()');
    this.#beside = await this.#another();
    return this.#beside;
  }

  /** Closes all, and opens the first one anew. */
  async reopen(): Promise<void> {
    this.#script.add('await store.close()');
    this.#script.add('await beside.close()');
    this.#script.add('workers.length = 0');
    this.#script.add('clocks.clear()');
    this.#script.add('store = beside = await another()');
    const clock = new StoppedClock();
    this.#current = { store: await this.#opened.reopen({ ...SETTINGS, clock }), clock };
    this.#beside = undefined;
    this.#dropped = 0;
  }

  /** Goes on with another instance, and leaves the first one unclosed. */
  async drop(): Promise<void> {
    this.#script.add('store = await another()');
    this.#current = await this.#another();
    this.#dropped += 1;
  }

  async #another(): Promise<Instance> {
    const clock = new StoppedClock();
    return { store: await this.#opened.second({ ...SETTINGS, clock }), clock };
  }
}
