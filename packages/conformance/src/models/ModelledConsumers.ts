import assert from 'node:assert/strict';
import { isNexusError } from '@nexus/shared';
import { nextTurn } from '../bench/waiting.ts';
import type { ConformingStore } from '../Harness.ts';
import { ConsumerModel } from './ConsumerModel.ts';
import { ConsumerWorker, type WorkerOptions } from './ConsumerWorker.ts';
import { aggregateIdOf } from './EventMaker.ts';
import type { Instance } from './Instances.ts';
import { argumentsOf, type Modelled } from './modelledReads.ts';
import type { Step } from './Step.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

const CONSUMERS = ['billing', 'Billing'] as const;
/** Workers of one consumer at a time. */
const WORKERS_MAX = 2;
/** How far time moves while somebody waits for it, in ms. */
const TICK_MS = 1_000;

/** A worker that fails on nothing. */
const HEALTHY: WorkerOptions = { from: 'start', checkpointEvery: 1, attemptsMax: 1, poison: undefined };

interface Consumer {
  readonly model: ConsumerModel;
  workers: ConsumerWorker[];
}

/** The durable consumers of a store, each beside its model. */
export class ModelledConsumers {
  readonly #modelled: Modelled;
  readonly #waitMsMax: number;
  readonly #consumers = new Map<string, Consumer>();

  /** @param waitMsMax - most ms that consumers may take to come to the end of the feed */
  constructor(modelled: Modelled, waitMsMax: number) {
    this.#modelled = modelled;
    this.#waitMsMax = waitMsMax;
  }

  /** Starts a worker; where there are as many as may be, nothing. */
  async start(step: StepOf<'start'>, instance: Instance, name = 'store'): Promise<void> {
    const poison = step.fails === 0 ? undefined : { aggregateId: aggregateIdOf(step.fails - 1), every: step.every };
    const { from, checkpointEvery, attemptsMax } = step;
    const options = { from, checkpointEvery, attemptsMax, poison };
    await this.#start(consumerOf(step.consumer), options, instance, name);
  }

  /** Closes the worker that owns the consumer, and another takes over. */
  async stop(step: StepOf<'stop'>): Promise<void> {
    const consumer = this.#consumers.get(consumerOf(step.consumer));
    if (consumer === undefined) return;
    await this.#settle(consumer);
    await this.#close(consumer);
  }

  /** The same, while its handler is busy with one of the events that are appended. */
  async interrupt(step: StepOf<'interrupt'>, append: () => Promise<void>): Promise<void> {
    const consumer = this.#consumers.get(consumerOf(step.consumer));
    const [owner] = consumer?.workers ?? [];
    if (consumer === undefined || owner === undefined) return;
    const { model } = consumer;
    await this.#settle(consumer);
    this.#modelled.script.add(`dieAfter(${argumentsOf(model.name, step.handles)})`);
    owner.dieAfter(step.handles);
    await append();
    const isBusy = model.outcome(owner.poison, owner.eventsLeft) !== model.outcome(owner.poison, Infinity);
    await this.#stands(consumer, owner, async () => owner.isHanging === isBusy);
    await this.#close(consumer);
  }

  /** Asks for a retry, of what is parked or not. */
  async retry({ consumer, aggregate }: StepOf<'retry'>): Promise<void> {
    const name = consumerOf(consumer);
    await this.#retry(name, this.#pickParked(name, aggregate));
  }

  /** Asks for a discard, of the version that waits, or of another. */
  async discard(step: StepOf<'discard'>): Promise<void> {
    const consumer = this.#consumers.get(consumerOf(step.consumer));
    if (consumer === undefined) return;
    await this.#settle(consumer);
    const { model } = consumer;
    const aggregateId = this.#pickParked(model.name, step.aggregate);
    const version = (model.parked.get(aggregateId)?.aggregateVersion ?? 1) + step.beside;
    const call = `discard(${argumentsOf(model.name, aggregateId, version)})`;
    const expected = model.discard(aggregateId, version);
    await this.#operate(expected, call, this.#modelled.store.discardParked(model.name, aggregateId, version));
    await this.#settle(consumer);
  }

  /** All that run come to the end of the feed. */
  async settle(): Promise<void> {
    for (const consumer of this.#consumers.values()) await this.#settle(consumer);
  }

  /** Everything that is parked is retried, by a handler that fails on nothing: nothing may be missing then. */
  async drain(instance: Instance): Promise<void> {
    for (const [index, name] of CONSUMERS.entries()) {
      const model = this.#consumers.get(name)?.model;
      if (model === undefined) continue;
      for (let workers = 0; workers < WORKERS_MAX; workers++) await this.stop({ kind: 'stop', consumer: index });
      for (const aggregateId of model.parked.keys()) await this.#retry(name, aggregateId);
      await this.#start(name, HEALTHY, instance, 'store');
    }
  }

  /** All instances were closed. */
  closed(): void {
    for (const consumer of this.#consumers.values()) {
      for (const worker of consumer.workers) worker.isGone = true;
      consumer.workers = [];
    }
  }

  /** The workers of an instance are about to die, after so many events. */
  dieAfter(store: ConformingStore, events: number): void {
    const workers = [...this.#consumers.values()].flatMap((consumer) => consumer.workers);
    for (const worker of workers.filter(({ instance }) => instance.store === store)) worker.dieAfter(events);
  }

  /** They have handled so many, and are dead. Others take over. */
  async die(store: ConformingStore, script: string): Promise<void> {
    const isDying = (worker: ConsumerWorker) => worker.instance.store === store;
    const affected = [...this.#consumers.values()].filter(({ workers }) => workers.some(isDying));
    for (const consumer of affected) {
      const [owner] = consumer.workers;
      if (owner !== undefined && isDying(owner)) await this.#stands(consumer, owner, async () => true);
    }
    for (const consumer of affected) {
      for (const worker of consumer.workers.filter(isDying)) worker.die();
      consumer.workers = consumer.workers.filter((worker) => !isDying(worker));
    }
    this.#modelled.script.add(`die(${script})`);
    await this.settle();
  }

  async #start(name: string, options: WorkerOptions, instance: Instance, script: string): Promise<void> {
    const { model: store } = this.#modelled;
    const consumer = this.#consumers.get(name) ?? { model: new ConsumerModel(name, store, options.from), workers: [] };
    this.#consumers.set(name, consumer);
    if (consumer.workers.length >= WORKERS_MAX) return;
    const { poison = null, ...rest } = options;
    this.#modelled.script.add(`await start(${script}, ${argumentsOf(name, rest, poison)})`);
    consumer.workers.push(new ConsumerWorker(instance, consumer.model, options));
    await this.#settle(consumer);
  }

  async #close(consumer: Consumer): Promise<void> {
    const [owner, ...others] = consumer.workers;
    if (owner === undefined) return;
    this.#modelled.script.add(`await stop(${argumentsOf(consumer.model.name)})`);
    await owner.close();
    consumer.workers = others;
    await this.#settle(consumer);
  }

  /** One of the aggregates that wait; any where none does. */
  #pickParked(name: string, pick: number): string {
    const parked = [...(this.#consumers.get(name)?.model.parked.keys() ?? [])];
    return parked[pick % Math.max(1, parked.length)] ?? aggregateIdOf(pick);
  }

  async #retry(name: string, aggregateId: string): Promise<void> {
    const consumer = this.#consumers.get(name);
    if (consumer === undefined) return;
    await this.#settle(consumer);
    const call = `store.retryParked(${argumentsOf(name, aggregateId)})`;
    const expected = consumer.model.retry(aggregateId);
    await this.#operate(expected, call, this.#modelled.store.retryParked(name, aggregateId));
    await this.#settle(consumer);
  }

  async #operate(expected: boolean, call: string, request: Promise<void>): Promise<void> {
    const outcome = expected ? 'done' : 'NOT_FOUND';
    this.#modelled.script.expect(outcome, `await asked(${call})`);
    const codeOf = (error: unknown) => (isNexusError(error) ? error.code : String(error));
    assert.equal(await request.then(() => 'done', codeOf), outcome);
  }

  /** Its owner comes to the end of the feed; what nobody works on stays as it is. */
  async #settle(consumer: Consumer): Promise<void> {
    const [owner] = consumer.workers;
    if (owner === undefined) return;
    const head = await headOf(this.#modelled.store);
    await this.#stands(consumer, owner, async () => {
      if (!owner.owns || hasRetrying(consumer.model)) this.#tick();
      return owner.owns && owner.subscription.status().checkpoint === head;
    });
    consumer.model.settle();
  }

  /** The consumer comes to stand where its owner must bring it. */
  async #stands({ model }: Consumer, owner: ConsumerWorker, isDone: () => Promise<boolean>): Promise<void> {
    const { store, script } = this.#modelled;
    const expected = model.outcome(owner.poison, owner.eventsLeft);
    script.expect(expected, `await standing(${argumentsOf(model.name, expected, model.granted)})`);
    const deadline = performance.now() + this.#waitMsMax;
    for (let actual = ''; ; await nextTurn()) {
      assert.deepEqual(model.faults, []);
      const isHandled = (await isDone()) && expected.startsWith(model.standing([]));
      actual = model.standing(isHandled ? await store.parkedAggregates(model.name) : []);
      if (isHandled && actual === expected) return;
      const { state, error } = owner.subscription.status();
      if (error !== undefined) throw error;
      const reason = `${model.name} stands at "${actual}", ${state}, and should at "${expected}"`;
      if (performance.now() > deadline) assert.fail(`${reason} within ${this.#waitMsMax} ms`);
    }
  }

  /** Moves the time of all who live, once all of them wait for it: nobody loses a claim because the machine is slow. */
  #tick(): void {
    const workers = [...this.#consumers.values()].flatMap((consumer) => consumer.workers);
    const byClock = Map.groupBy(workers, ({ instance }) => instance.clock);
    const isQuiet = [...byClock].every(([clock, own]) => clock.sleepers >= own.length);
    if (isQuiet) for (const clock of byClock.keys()) clock.advance(TICK_MS);
  }
}

function consumerOf(number: number): string {
  return CONSUMERS[number % CONSUMERS.length] as string;
}

function hasRetrying({ parked }: ConsumerModel): boolean {
  return [...parked.values()].some(({ state }) => state === 'retrying');
}

/** The end of the feed, as a checkpoint; none where it is empty. */
async function headOf(store: ConformingStore): Promise<string | undefined> {
  const subscription = store.subscribeToStream?.(async () => {}, { from: 'now' });
  await subscription?.started;
  const head = subscription?.status().checkpoint;
  await subscription?.close();
  return head;
}
