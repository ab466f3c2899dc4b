import assert from 'node:assert/strict';
import type { DomainEvent, Receipt } from '@nexus/shared';
import { Bench, type OpenedStore } from '../bench/Bench.ts';
import { holds, isClean } from '../bench/expectations.ts';
import type { ConformingStore, StoreFactory } from '../Harness.ts';
import { answerOf, isAnswered, outcomeOf, type StoreAnswer } from './answers.ts';
import { aggregateIdOf, EventMaker } from './EventMaker.ts';
import { argumentsOf, type Modelled, query, read, subscribe, version } from './modelledReads.ts';
import { Script } from './Script.ts';
import type { ShareStep, Step } from './Step.ts';
import { type ModelAnswer, StoreModel } from './StoreModel.ts';

/** Temporal queries are not what is tested here. */
const SETTINGS = { rateLimiter: null };
/** All of an aggregate. */
const WHOLE = { kind: 'read', fromVersion: 1, toVersion: 0, isBackward: false, limit: 0 } as const;
/** Dropped instances that are kept open at a time. */
const DROPPED_MAX = 2;

/** A store beside its model: each step is taken by both, and they must answer alike. */
export class ModelledStore implements Modelled {
  readonly model: StoreModel = new StoreModel();
  readonly script: Script = new Script();
  readonly receipts: Map<number, Receipt> = new Map();
  readonly #bench: Bench;
  readonly #opened: OpenedStore;
  readonly #events = new EventMaker(this.model);
  #store: ConformingStore;
  #beside: ConformingStore | undefined;
  #dropped = 0;

  private constructor(bench: Bench, opened: OpenedStore) {
    this.#bench = bench;
    this.#opened = opened;
    this.#store = opened.store;
  }

  /** An empty store beside an empty model. */
  static async open(factory: StoreFactory): Promise<ModelledStore> {
    const bench = new Bench(factory);
    return new ModelledStore(bench, await bench.open(SETTINGS));
  }

  /** The instance that steps are taken on now. */
  get store(): ConformingStore {
    return this.#store;
  }

  /**
   * Takes a step.
   *
   * @throws AssertionError - the store answers otherwise than the model; the message ends in a script that shows it
   */
  async run(step: Step): Promise<void> {
    await this.#explained(() => this.#take(step));
  }

  /**
   * The store holds what the model holds, and verifies clean.
   *
   * @throws AssertionError - as {@link run} does
   */
  async check(): Promise<void> {
    await this.#explained(async () => {
      for (const aggregate of [0, 1, 2, 3]) await read(this, { ...WHOLE, aggregate });
      await isClean(this.#store);
    });
  }

  /** Closes every instance, and removes the content. */
  async close(): Promise<void> {
    await this.#bench.dispose();
  }

  async #explained(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${reason}\n\nThis reproduces it:\n\n${this.script}`;
      throw Object.assign(new assert.AssertionError({ message }), { cause: error });
    }
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append':
        return this.#append(this.#shares(step.shares));
      case 'race':
        return this.#race(this.#racers(step));
      case 'read':
        return read(this, step);
      case 'version':
        return version(this, step);
      case 'query':
        return query(this, step);
      case 'subscribe':
        return subscribe(this);
      case 'reopen':
        return this.#reopen();
      case 'crash':
        return this.#crash(this.#events.next(aggregateIdOf(step.aggregate), step.size));
      default:
        return step satisfies never;
    }
  }

  #shares(shares: readonly ShareStep[]): DomainEvent[] {
    const distinct = [...Map.groupBy(shares, ({ aggregate }) => aggregateIdOf(aggregate)).values()].map(([one]) => one);
    const possible = this.#store.capabilities.appendsAcrossAggregates ? distinct : distinct.slice(0, 1);
    return possible.flatMap((share) => this.#events.share(share as ShareStep));
  }

  async #append(events: readonly DomainEvent[]): Promise<void> {
    const expected = this.model.append(events);
    this.script.expect(expected.outcome, `await outcome(store.append(${argumentsOf(events)}))`);
    this.#isAnswered(await answerOf(this.#store.append(events)), expected);
    for (const aggregateId of new Set(events.map((event) => event.aggregateId))) await this.#holds(aggregateId);
  }

  #isAnswered(answer: StoreAnswer, expected: ModelAnswer): void {
    isAnswered(answer, expected);
    if (!('receipt' in answer) || !('appends' in expected)) return;
    const { receipts } = answer.receipt;
    if (expected.outcome === 'stored') this.receipts.set(expected.appends[0], receipts[0] as Receipt);
    assert.deepEqual(
      receipts,
      expected.appends.map((append) => this.receipts.get(append)),
    );
  }

  #racers({ aggregate, sizes, isSame }: Extract<Step, { kind: 'race' }>): DomainEvent[][] {
    const racers = sizes.map((size) => this.#events.next(aggregateIdOf(aggregate), size));
    return isSame ? racers.map(() => racers[0] as DomainEvent[]) : racers;
  }

  /** The winner is whoever the store says; the others are answered as if they had come after it. */
  async #race(racers: readonly DomainEvent[][]): Promise<void> {
    const beside = await this.#secondInstance();
    const nameOf = (index: number) => (index % 2 === 0 ? 'store' : 'beside');
    const calls = racers.map((events, index) => `${nameOf(index)}.append(${argumentsOf(events)})`);
    const isSame = racers.length > 1 && racers[0] === racers[1];
    const lost = racers.slice(1).map(() => (isSame ? 'replayed' : 'CONCURRENCY_CONFLICT'));
    this.script.expect([...lost, 'stored'].sort().join(), `await outcomes([${calls.join(', ')}])`);

    const answers = await Promise.all(
      racers.map((events, index) => answerOf((index % 2 === 0 ? this.#store : beside).append(events))),
    );

    const winner = answers.findIndex((answer) => outcomeOf(answer) === 'stored');
    assert.ok(winner >= 0, `nobody wins: ${answers.map(outcomeOf).join()}`);
    const order = [winner, ...[...answers.keys()].filter((index) => index !== winner)];
    for (const index of order) {
      this.#isAnswered(answers[index] as StoreAnswer, this.model.append(racers[index] as DomainEvent[]));
    }
    await this.#holds(racers[0]?.[0]?.aggregateId as string);
  }

  async #secondInstance(): Promise<ConformingStore> {
    if (this.#beside !== undefined || this.#opened.harness.second === undefined) return this.#beside ?? this.#store;
    this.script.add('beside = await open()');
    this.#beside = await this.#opened.second();
    return this.#beside;
  }

  async #reopen(): Promise<void> {
    if (!this.#store.capabilities.durable) return;
    this.script.add('await store.close()');
    this.script.add('await beside.close()');
    this.script.add('store = beside = await open()');
    this.#store = await this.#opened.reopen();
    this.#beside = undefined;
    this.#dropped = 0;
  }

  async #crash(events: readonly DomainEvent[]): Promise<void> {
    if (!this.#store.capabilities.durable || this.#opened.harness.second === undefined) return;
    if (this.#dropped >= DROPPED_MAX) await this.#reopen();
    this.script.add(`const lost${events[0]?.payload.made} = outcome(store.append(${argumentsOf(events)}))`);
    this.script.add('store = await open()');
    const lost = answerOf(this.#store.append(events));
    this.#store = await this.#opened.second();
    this.#dropped += 1;
    this.script.expect(
      'replayed,stored',
      `[await outcome(store.append(${argumentsOf(events)})), await lost${events[0]?.payload.made}].sort().join()`,
    );
    const answers = [await answerOf(this.#store.append(events)), await lost];
    const [first, second] = answers.toSorted((left) => (outcomeOf(left) === 'stored' ? -1 : 1));
    this.#isAnswered(first as StoreAnswer, this.model.append(events));
    this.#isAnswered(second as StoreAnswer, this.model.append(events));
    await this.#holds(events[0]?.aggregateId as string);
  }

  async #holds(aggregateId: string): Promise<void> {
    const expected = this.model.eventsOf(aggregateId).map(({ event }) => event);
    this.script.expect(
      expected.map(({ eventId }) => eventId).join(),
      `await ids(await store.getEvents(${argumentsOf(aggregateId)}))`,
    );
    await holds(this.#store, aggregateId, expected);
  }
}
