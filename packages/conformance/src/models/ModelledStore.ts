import assert from 'node:assert/strict';
import type { DomainEvent, Receipt } from '@nexus/shared';
import { Bench } from '../bench/Bench.ts';
import { holds, isClean } from '../bench/expectations.ts';
import type { ConformingStore, StoreFactory } from '../Harness.ts';
import { answerOf, isAnswered, outcomeOf, type StoreAnswer } from './answers.ts';
import { aggregateIdOf, EventMaker } from './EventMaker.ts';
import { Instances } from './Instances.ts';
import { ModelledConsumers } from './ModelledConsumers.ts';
import { argumentsOf, type Modelled, query, read, subscribe, version } from './modelledReads.ts';
import { Script } from './Script.ts';
import type { ShareStep, Step } from './Step.ts';
import { type ModelAnswer, StoreModel } from './StoreModel.ts';

/** Most ms that a consumer may take. */
const WAIT_MS_MAX = 10_000;
/** All of an aggregate. */
const WHOLE = { kind: 'read', fromVersion: 1, toVersion: 0, isBackward: false, limit: 0 } as const;

/** A store beside its model: each step is taken by both, and they must answer alike. */
export class ModelledStore implements Modelled {
  readonly model: StoreModel = new StoreModel();
  readonly script: Script;
  readonly receipts: Map<number, Receipt> = new Map();
  readonly #bench: Bench;
  readonly #instances: Instances;
  readonly #events = new EventMaker(this.model);
  readonly #consumers: ModelledConsumers;

  private constructor(bench: Bench, instances: Instances, script: Script, waitMsMax: number) {
    this.#bench = bench;
    this.#instances = instances;
    this.script = script;
    this.#consumers = new ModelledConsumers(this, waitMsMax);
  }

  /**
   * An empty store beside an empty model.
   *
   * @param waitMsMax - most ms that a consumer may take to come to the end of the feed. Default: 10,000
   */
  static async open(factory: StoreFactory, waitMsMax: number = WAIT_MS_MAX): Promise<ModelledStore> {
    const bench = new Bench(factory);
    const script = new Script();
    return new ModelledStore(bench, await Instances.open(bench, script), script, waitMsMax);
  }

  /** The instance that steps are taken on now. */
  get store(): ConformingStore {
    return this.#instances.current.store;
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
   * The store holds what the model holds, and verifies clean. Its consumers have handled all of it.
   *
   * @throws AssertionError - as {@link run} does
   */
  async check(): Promise<void> {
    await this.#explained(async () => {
      await this.#consumers.drain(this.#instances.current);
      for (const aggregate of [0, 1, 2, 3]) await read(this, { ...WHOLE, aggregate });
      await isClean(this.store);
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
        return this.#crash(this.#events.next(aggregateIdOf(step.aggregate), step.size), step.handles ?? 0);
      case 'start':
        return this.#start(step);
      case 'stop':
        return this.#consumers.stop(step);
      case 'interrupt':
        return this.#consumers.interrupt(step, () => this.#appendNext(step));
      case 'retry':
        return this.#consumers.retry(step);
      case 'discard':
        return this.#consumers.discard(step);
      default:
        return step satisfies never;
    }
  }

  #shares(shares: readonly ShareStep[]): DomainEvent[] {
    const distinct = [...Map.groupBy(shares, ({ aggregate }) => aggregateIdOf(aggregate)).values()].map(([one]) => one);
    const possible = this.store.capabilities.appendsAcrossAggregates ? distinct : distinct.slice(0, 1);
    return possible.flatMap((share) => this.#events.share(share as ShareStep));
  }

  async #append(events: readonly DomainEvent[]): Promise<void> {
    const expected = this.model.append(events);
    this.script.expect(expected.outcome, `await outcome(store.append(${argumentsOf(events)}))`);
    this.#isAnswered(await answerOf(this.store.append(events)), expected);
    for (const aggregateId of new Set(events.map((event) => event.aggregateId))) await this.#holds(aggregateId);
  }

  async #appendNext({ aggregate, size }: { readonly aggregate: number; readonly size: number }): Promise<void> {
    await this.#append(this.#events.next(aggregateIdOf(aggregate), size));
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
    const { store: beside } = await this.#instances.beside();
    const nameOf = (index: number) => (index % 2 === 0 ? 'store' : 'beside');
    const calls = racers.map((events, index) => `${nameOf(index)}.append(${argumentsOf(events)})`);
    const isSame = racers.length > 1 && racers[0] === racers[1];
    const lost = racers.slice(1).map(() => (isSame ? 'replayed' : 'CONCURRENCY_CONFLICT'));
    this.script.expect([...lost, 'stored'].sort().join(), `await outcomes([${calls.join(', ')}])`);

    const answers = await Promise.all(
      racers.map((events, index) => answerOf((index % 2 === 0 ? this.store : beside).append(events))),
    );

    const winner = answers.findIndex((answer) => outcomeOf(answer) === 'stored');
    assert.ok(winner >= 0, `nobody wins: ${answers.map(outcomeOf).join()}`);
    const order = [winner, ...[...answers.keys()].filter((index) => index !== winner)];
    for (const index of order) {
      this.#isAnswered(answers[index] as StoreAnswer, this.model.append(racers[index] as DomainEvent[]));
    }
    await this.#holds(racers[0]?.[0]?.aggregateId as string);
  }

  async #start(step: Extract<Step, { kind: 'start' }>): Promise<void> {
    if (this.store.subscribeToStream === undefined) return;
    const { current } = this.#instances;
    const instance = step.isBeside ? await this.#instances.beside() : current;
    await this.#consumers.start(step, instance, instance === current ? 'store' : 'beside');
  }

  async #reopen(): Promise<void> {
    if (!this.store.capabilities.durable) return;
    await this.#consumers.settle();
    await this.#instances.reopen();
    this.#consumers.closed();
  }

  async #crash(events: readonly DomainEvent[], handles: number): Promise<void> {
    if (!this.#instances.canDrop) await this.#reopen();
    if (!this.#instances.canDrop) return;
    await this.#consumers.settle();
    const { store } = this;
    const lost = `lost${events[0]?.payload.made}`;
    this.script.add(`const ${lost} = { store, answer: outcome(store.append(${argumentsOf(events)})) }`);
    this.script.add(`dieAfter(store, ${handles})`);
    this.#consumers.dieAfter(store, handles);
    const answered = answerOf(store.append(events));
    await this.#instances.drop();
    const outcomes = `[await outcome(store.append(${argumentsOf(events)})), await ${lost}.answer]`;
    this.script.expect('replayed,stored', `${outcomes}.sort().join()`);
    await this.#areAnswered(events, [await answerOf(this.store.append(events)), await answered]);
    await this.#consumers.die(store, `${lost}.store`);
    await this.#holds(events[0]?.aggregateId as string);
  }

  /** Of two equal appends one is stored, and the other is a repeat. */
  async #areAnswered(events: readonly DomainEvent[], answers: readonly StoreAnswer[]): Promise<void> {
    const [first, second] = answers.toSorted((left) => (outcomeOf(left) === 'stored' ? -1 : 1));
    this.#isAnswered(first as StoreAnswer, this.model.append(events));
    this.#isAnswered(second as StoreAnswer, this.model.append(events));
  }

  async #holds(aggregateId: string): Promise<void> {
    const expected = this.model.eventsOf(aggregateId).map(({ event }) => event);
    this.script.expect(
      expected.map(({ eventId }) => eventId).join(),
      `await ids(await store.getEvents(${argumentsOf(aggregateId)}))`,
    );
    await holds(this.store, aggregateId, expected);
  }
}
