import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { EventJournal, FeedEntry } from '../ports/EventJournal.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type {
  ConsumerOptions,
  EventHandler,
  ParkedAggregate,
  Subscription,
  SubscriptionState,
  SubscriptionStatus,
} from '../ports/Subscription.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { isNexusError } from '../types/errors.ts';
import { ANONYMOUS } from '../types/Principal.ts';
import { isoTime } from '../types/time.ts';
import { ConsumerClaim, RENEW_MS } from './ConsumerClaim.ts';
import { ConsumerRecords } from './ConsumerRecords.ts';
import { encodeCheckpoint, type FeedPlace, provePlace, resolveCheckpoint } from './checkpoint.ts';
import { type ConsumerSettings, consumerSettings } from './consumerSettings.ts';
import { Delivery, type Outcome } from './Delivery.ts';
import { InMemoryRecordStore } from './InMemoryRecordStore.ts';

export interface FeedDependencies {
  readonly journal: EventJournal;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Waits before a failed database is asked again, in ms. */
const RECOVERY_MS = 1_000;
const RESUME_SAVE_EVERY = 100;

/**
 * One subscription to the feed: claims its consumer, delivers from its place on, parks what fails for good, and keeps
 * its place. Without a consumer's name the same machinery runs on records that end with it.
 */
export class FeedSubscription implements Subscription {
  readonly started: Promise<void>;
  readonly closed: Promise<void>;
  readonly #dependencies: FeedDependencies;
  readonly #settings: ConsumerSettings;
  readonly #claim: ConsumerClaim;
  readonly #records: ConsumerRecords;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  readonly #starting = Promise.withResolvers<void>();
  /** Ends with the claim: a new one for each time that the consumer is claimed. */
  #session = new AbortController();
  #wake = Promise.withResolvers<void>();
  #parked = new Map<string, ParkedAggregate>();
  /** Versions that a resumed aggregate was delivered through, before the feed came to them. */
  #deliveredThrough = new Map<string, number>();
  #checkpoint: string | undefined;
  #handledSinceSave = 0;
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
    this.#delivery = new Delivery(handler, settings, dependencies.clock, (state) => this.#enter(state));
    this.started = this.#starting.promise;
    options.signal?.addEventListener('abort', () => this.#stop.abort(), { once: true });
    if (options.signal?.aborted) this.#stop.abort();
    this.closed = this.#run();
    // Whoever waits is told; a subscription that nobody waits for must not end the process.
    for (const promise of [this.started, this.closed]) promise.catch(() => {});
  }

  status(): SubscriptionStatus {
    const { isDurable, consumer, onFailure } = this.#settings;
    return {
      state: this.#state,
      ...(isDurable ? { consumer } : {}),
      ordered: onFailure !== 'skip-event',
      ...(this.#checkpoint === undefined ? {} : { checkpoint: this.#checkpoint }),
      delivered: this.#delivery.delivered,
      parkedAggregates: this.#parked.size,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  parked(): Promise<ParkedAggregate[]> {
    return this.#records.parked(this.#settings.consumer);
  }

  async retry(aggregateId: string): Promise<void> {
    await this.#records.requestRetry(this.#settings.consumer, aggregateId);
    await this.#audit('feed.retried', { aggregateId });
    this.#wake.resolve();
  }

  async discard(aggregateId: string, aggregateVersion: number): Promise<void> {
    await this.#records.requestDiscard(this.#settings.consumer, aggregateId, aggregateVersion);
    await this.#audit('feed.discarded', { aggregateId, aggregateVersion });
    this.#wake.resolve();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.closed.catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted) await this.#runOnce();
      this.#enter('closed');
      this.#starting.resolve();
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      await this.#release();
    }
  }

  /** One claim, from taking it to losing it. A database that is away for a while ends it, not the subscription. */
  async #runOnce(): Promise<void> {
    const { clock, logger } = this.#dependencies;
    try {
      const waitMs = await this.#claim.tryAcquire();
      if (waitMs === 0) await this.#deliverAll();
      else {
        this.#enter('standby');
        await clock.sleep(waitMs, this.#stop.signal);
      }
    } catch (error) {
      if (!isNexusError(error) || error.kind !== 'unavailable') throw error;
      logger.warn({ error, consumer: this.#settings.consumer }, 'the feed is interrupted; trying again');
      await clock.sleep(RECOVERY_MS, this.#stop.signal);
    }
  }

  async #deliverAll(): Promise<void> {
    this.#session = new AbortController();
    const endSession = () => this.#session.abort();
    this.#stop.signal.addEventListener('abort', endSession, { once: true });
    if (this.#stop.signal.aborted) endSession();
    const renewing = this.#keepClaim(this.#session);
    try {
      await this.#takeFirstPlace();
      this.#deliveredThrough.clear();
      await this.#loadParked();
      this.#enter('catching-up');
      this.#starting.resolve();
      await this.#pump(this.#session.signal);
    } finally {
      this.#stop.signal.removeEventListener('abort', endSession);
      endSession();
      await renewing;
    }
  }

  /** Saved at once: an interruption before the next save must not choose `now` again, and leave out what came since. */
  async #takeFirstPlace(): Promise<void> {
    const place = await this.#firstPlace();
    this.#claim.place = place;
    await this.#save();
    if (place !== null) this.#checkpoint = encodeCheckpoint(await this.#dependencies.journal.identity(), place);
  }

  async #firstPlace(): Promise<FeedPlace | null> {
    const { journal } = this.#dependencies;
    if (this.#claim.place !== null) return provePlace(this.#claim.place, journal);
    const { from } = this.#settings;
    if (from === 'start') return null;
    return from === 'now' ? ((await journal.feedHead()) ?? null) : resolveCheckpoint(from, journal);
  }

  async #loadParked(): Promise<void> {
    const parked = await this.#records.parked(this.#settings.consumer);
    this.#parked = new Map(parked.map((one) => [one.aggregateId, one]));
  }

  async #pump(signal: AbortSignal): Promise<void> {
    const { journal } = this.#dependencies;
    const feed = journal.readFeed({ after: this.#claim.place?.position, follow: true, signal });
    const pages = feed[Symbol.asyncIterator]();
    try {
      let next = pages.next();
      while (!signal.aborted) {
        await this.#resumeRetrying(signal);
        const result = await Promise.race([next, this.#wake.promise]);
        if (result === undefined) await this.#wakened();
        else if (result.done) return;
        else {
          await this.#handlePage(result.value, signal);
          next = pages.next();
        }
        next.catch(() => {});
      }
    } finally {
      await pages.return?.();
    }
  }

  async #wakened(): Promise<void> {
    this.#wake = Promise.withResolvers<void>();
    await this.#loadParked();
  }

  async #handlePage(page: readonly FeedEntry[], signal: AbortSignal): Promise<void> {
    for (const entry of page) {
      if (signal.aborted) return;
      this.#enter('catching-up');
      await this.#handleEntry(entry, signal);
    }
    if (page.length > 0) return;
    this.#enter('live');
    if (this.#handledSinceSave > 0) await this.#save();
  }

  async #handleEntry({ event, position }: FeedEntry, signal: AbortSignal): Promise<void> {
    const place = { position, digest: event.recorded.digest };
    const checkpoint = encodeCheckpoint(await this.#dependencies.journal.identity(), place);
    if (this.#isDue(event)) {
      const outcome = await this.#deliver(event, checkpoint, signal);
      if (outcome.kind === 'interrupted') return;
      if (outcome.kind === 'failed') await this.#settleFailure(event, outcome);
    }
    this.#claim.place = place;
    this.#checkpoint = checkpoint;
    this.#handledSinceSave++;
    if (this.#handledSinceSave >= this.#settings.checkpointEvery) await this.#save();
  }

  /** Not parked, of a wanted type, and not delivered when its aggregate was resumed. */
  #isDue(event: RecordedEvent): boolean {
    const through = this.#deliveredThrough.get(event.aggregateId);
    if (through !== undefined && event.aggregateVersion <= through) {
      if (event.aggregateVersion === through) this.#deliveredThrough.delete(event.aggregateId);
      return false;
    }
    return !this.#parked.has(event.aggregateId) && this.#isWanted(event);
  }

  #isWanted({ eventType }: RecordedEvent): boolean {
    return this.#settings.eventTypes?.has(eventType) ?? true;
  }

  /** Calls the handler, if the claim still holds. */
  async #deliver(event: RecordedEvent, checkpoint: string, signal: AbortSignal): Promise<Outcome> {
    if (await this.#claim.holds()) return this.#delivery.deliver(event, checkpoint, signal);
    this.#session.abort();
    return { kind: 'interrupted' };
  }

  async #settleFailure(event: RecordedEvent, { error, attempts }: Outcome & { kind: 'failed' }): Promise<void> {
    const { consumer, onFailure } = this.#settings;
    const { aggregateId, aggregateVersion, eventId } = event;
    const fields = { consumer, aggregateId, aggregateVersion, error };
    if (onFailure === 'stop') throw error;
    if (onFailure === 'skip-event') {
      await this.#audit('feed.skipped', { aggregateId, aggregateVersion });
      this.#dependencies.logger.error(fields, 'the handler failed for good; the event is skipped');
      return;
    }
    const parkedAt = isoTime(this.#dependencies.clock.now());
    const parked = {
      aggregateId,
      aggregateVersion,
      eventId,
      attempts,
      error: error.message,
      parkedAt,
      state: 'parked',
    } as const;
    await this.#records.park(consumer, parked);
    this.#parked.set(aggregateId, parked);
    this.#dependencies.logger.error(fields, 'the handler failed for good; the aggregate is parked');
  }

  async #resumeRetrying(signal: AbortSignal): Promise<void> {
    for (const aggregateId of this.#delivery.takeRecovered()) {
      if (this.#parked.has(aggregateId)) await this.#records.requestRetry(this.#settings.consumer, aggregateId);
      await this.#loadParked();
    }
    for (const parked of [...this.#parked.values()]) {
      if (parked.state === 'retrying' && !signal.aborted) await this.#resume(parked, signal);
    }
  }

  /** Delivers what waits of a parked aggregate, in order, out of the store. */
  async #resume(parked: ParkedAggregate, signal: AbortSignal): Promise<void> {
    const { aggregateId, aggregateVersion: fromVersion } = parked;
    const range = { fromVersion, direction: 'forward' } as const;
    let through = fromVersion - 1;
    for await (const page of this.#dependencies.journal.readAggregate(aggregateId, range)) {
      for (const event of page) {
        if (signal.aborted) return;
        if (this.#isWanted(event)) {
          const outcome = await this.#deliver(event, this.#checkpoint ?? '', signal);
          if (outcome.kind === 'interrupted') return;
          if (outcome.kind === 'failed') {
            await this.#settleFailure(event, outcome);
            if (this.#settings.onFailure === 'park-aggregate') return;
          }
        }
        through = event.aggregateVersion;
        if (through % RESUME_SAVE_EVERY === 0) await this.#saveResumed(parked, through + 1);
      }
    }
    this.#deliveredThrough.set(aggregateId, through);
    this.#parked.delete(aggregateId);
    await this.#records.unpark(this.#settings.consumer, aggregateId);
  }

  async #saveResumed(parked: ParkedAggregate, aggregateVersion: number): Promise<void> {
    await this.#records.park(this.#settings.consumer, { ...parked, aggregateVersion });
  }

  async #save(): Promise<void> {
    this.#handledSinceSave = 0;
    if (!(await this.#claim.renew())) this.#session.abort();
  }

  /** Renews the claim, and looks for requests that other processes have left. */
  async #keepClaim(session: AbortController): Promise<void> {
    const { clock, logger } = this.#dependencies;
    for (;;) {
      await clock.sleep(RENEW_MS, session.signal);
      if (session.signal.aborted) return;
      try {
        if (!(await this.#claim.renew())) session.abort();
        if (this.#parked.size > 0) this.#wake.resolve();
      } catch (error) {
        logger.warn({ error, consumer: this.#settings.consumer }, 'could not renew the claim on the consumer');
      }
    }
  }

  async #release(): Promise<void> {
    try {
      await this.#claim.release();
    } catch (error) {
      const { logger } = this.#dependencies;
      logger.warn(
        { error, consumer: this.#settings.consumer },
        'could not release the consumer; its claim will run out',
      );
    }
  }

  #enter(state: SubscriptionState): void {
    this.#state = state;
  }

  #fail(error: unknown): void {
    this.#error = error instanceof Error ? error : new Error(String(error), { cause: error });
    this.#enter('failed');
    this.#starting.reject(this.#error);
    this.#dependencies.logger.error(
      { error, consumer: this.#settings.consumer },
      'the subscription ended with an error',
    );
  }

  #audit(action: 'feed.retried' | 'feed.discarded' | 'feed.skipped', details: Record<string, string | number>) {
    const { auditLog, clock } = this.#dependencies;
    const { consumer } = this.#settings;
    return auditLog.record({ at: isoTime(clock.now()), action, actor: ANONYMOUS, details: { consumer, ...details } });
  }
}
