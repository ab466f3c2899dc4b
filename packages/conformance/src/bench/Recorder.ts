import assert from 'node:assert/strict';
import type { ConsumerOptions, DeliveryContext, EventHandler, RecordedEvent, Subscription } from '@nexus/shared';
import type { ConformingStore } from '../Harness.ts';
import { type Deferred, deferred, within } from './waiting.ts';

/** One call of a handler. */
export interface Delivery {
  readonly event: RecordedEvent;
  readonly context: DeliveryContext;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly done: Deferred;
}

/** A handler that records its calls, fails as told, and says when it has seen enough. */
export class Recorder {
  /** Every call, in order. */
  readonly calls: Delivery[] = [];
  /** The events of the calls that succeeded, in order. */
  readonly handled: RecordedEvent[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #act: (delivery: Delivery) => void | Promise<void>;
  #running = 0;

  /** @param act - what the handler does; what it throws is the handler's failure. Default: nothing. */
  constructor(act: (delivery: Delivery) => void | Promise<void> = () => {}) {
    this.#act = act;
  }

  readonly handler: EventHandler = async (event, context) => {
    assert.equal(this.#running, 0, 'two handler calls run at a time');
    this.#running++;
    this.calls.push({ event, context });
    this.#look();
    try {
      await this.#act({ event, context });
      this.handled.push(event);
    } finally {
      this.#running--;
      this.#look();
    }
  };

  /** Resolves once the condition holds; looks after each call. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const waiter: Waiter = { holds, done: deferred() };
    this.#waiters.add(waiter);
    this.#look();
    await within(waiter.done.promise, () => `${what}, after ${this.calls.length} calls,`).finally(() =>
      this.#waiters.delete(waiter),
    );
  }

  /** Resolves once so many events have been handled. */
  untilHandled(count: number): Promise<void> {
    return this.until(() => this.handled.length >= count, `the delivery of ${count} events`);
  }

  /** The versions of the aggregate that were handled, in order. */
  versionsOf(aggregateId: string): number[] {
    return this.handled.filter((event) => event.aggregateId === aggregateId).map((event) => event.aggregateVersion);
  }

  #look(): void {
    for (const waiter of this.#waiters) if (waiter.holds()) waiter.done.resolve();
  }
}

/** Subscribes, without waits between a handler's tries. */
export function subscribe(store: ConformingStore, recorder: Recorder, options: ConsumerOptions = {}): Subscription {
  assert.ok(store.subscribeToStream !== undefined, 'the store has a change feed');
  return store.subscribeToStream(recorder.handler, { retryDelaysMs: [0], attemptsMax: 2, ...options });
}

/** Subscribes, and waits until delivery begins. */
export async function subscribed(
  store: ConformingStore,
  recorder: Recorder,
  options: ConsumerOptions = {},
): Promise<Subscription> {
  const subscription = subscribe(store, recorder, options);
  await within(subscription.started, 'the start of the subscription');
  return subscription;
}
