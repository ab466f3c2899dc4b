import type {
  ConsumerOptions,
  EventHandler,
  ParkedAggregate,
  Subscription,
  SubscriptionState,
  SubscriptionStatus,
} from '../ports/Subscription.ts';
import { isNexusError } from '../types/errors.ts';
import { ConsumerClaim } from './ConsumerClaim.ts';
import { ConsumerRecords } from './ConsumerRecords.ts';
import { type ConsumerSettings, consumerSettings } from './consumerSettings.ts';
import { Delivery } from './Delivery.ts';
import { type FeedDependencies, FeedSession } from './FeedSession.ts';
import { InMemoryRecordStore } from './InMemoryRecordStore.ts';
import { discardParked, retryParked } from './operate.ts';

/** Waits before a failed database is asked again, in ms. */
const RECOVERY_MS = 1_000;

/**
 * One subscription to the feed: claims its consumer, again and again, and delivers while the claim lasts. Without a
 * consumer's name the same machinery runs on records that end with it.
 */
export class FeedSubscription implements Subscription {
  readonly started: Promise<void>;
  readonly closed: Promise<void>;
  readonly #dependencies: FeedDependencies;
  readonly #settings: ConsumerSettings;
  readonly #claim: ConsumerClaim;
  readonly #records: ConsumerRecords;
  readonly #delivery: Delivery;
  readonly #session: FeedSession;
  readonly #stop = new AbortController();
  readonly #starting = Promise.withResolvers<void>();
  #state: SubscriptionState = 'standby';
  #error: Error | undefined;

  /** @throws InvalidArgumentError */
  constructor(dependencies: FeedDependencies, handler: EventHandler, options: ConsumerOptions) {
    const owner = dependencies.newId();
    const settings = consumerSettings(options, owner);
    const records = settings.isDurable ? dependencies.journal.records : new InMemoryRecordStore();
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#claim = new ConsumerClaim(records, settings.consumer, owner, dependencies.clock);
    this.#records = new ConsumerRecords(records);
    const enter = (state: SubscriptionState) => {
      this.#state = state;
    };
    this.#delivery = new Delivery(handler, settings, dependencies.clock, enter);
    const parts = { claim: this.#claim, records: this.#records, delivery: this.#delivery, settings, enter };
    this.#session = new FeedSession(dependencies, parts);
    this.started = this.#starting.promise;
    this.closed = this.#run(options.signal);
    // Whoever waits is told; a subscription that nobody waits for must not end the process.
    for (const promise of [this.started, this.closed]) promise.catch(() => {});
  }

  status(): SubscriptionStatus {
    const { isDurable, consumer, onFailure } = this.#settings;
    const { checkpoint, parkedAggregates } = this.#session;
    return {
      state: this.#state,
      ...(isDurable ? { consumer } : {}),
      ordered: onFailure !== 'skip-event',
      ...(checkpoint === undefined ? {} : { checkpoint }),
      delivered: this.#delivery.delivered,
      parkedAggregates,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  parked(): Promise<ParkedAggregate[]> {
    return this.#records.parked(this.#settings.consumer);
  }

  async retry(aggregateId: string): Promise<void> {
    await retryParked(this.#records, this.#dependencies, { consumer: this.#settings.consumer, aggregateId });
    this.#session.wake();
  }

  async discard(aggregateId: string, aggregateVersion: number): Promise<void> {
    const parked = { consumer: this.#settings.consumer, aggregateId, aggregateVersion };
    await discardParked(this.#records, this.#dependencies, parked);
    this.#session.wake();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.closed.catch(() => {});
  }

  async #run(signal: AbortSignal | undefined): Promise<void> {
    const stop = () => this.#stop.abort();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      while (!this.#stop.signal.aborted) await this.#runOnce();
      this.#state = 'closed';
      this.#starting.resolve();
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#release();
    }
  }

  /** One claim, from taking it to losing it. A database that is away for a while ends it, not the subscription. */
  async #runOnce(): Promise<void> {
    const { clock, logger } = this.#dependencies;
    try {
      const waitMs = await this.#claim.tryAcquire();
      if (waitMs === 0) await this.#session.run(this.#stop.signal, this.#starting.resolve);
      else {
        this.#state = 'standby';
        await clock.sleep(waitMs, this.#stop.signal);
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      logger.warn({ error, consumer: this.#settings.consumer }, 'the feed is interrupted; trying again');
      await clock.sleep(RECOVERY_MS, this.#stop.signal);
    }
  }

  async #release(): Promise<void> {
    const { consumer } = this.#settings;
    try {
      await this.#claim.release();
    } catch (error) {
      this.#dependencies.logger.warn({ error, consumer }, 'could not release the consumer; its claim will run out');
    }
  }

  #fail(error: unknown): void {
    const { consumer } = this.#settings;
    this.#error = error instanceof Error ? error : new Error(String(error), { cause: error });
    this.#state = 'failed';
    this.#starting.reject(this.#error);
    this.#dependencies.logger.error({ error, consumer }, 'the subscription ended with an error');
  }
}

/** Whether trying again may help: claiming anew is safe, also when it is unknown whether a record was written. */
function isPassing(error: unknown): boolean {
  return isNexusError(error) && (error.kind === 'unavailable' || error.kind === 'ambiguous');
}
