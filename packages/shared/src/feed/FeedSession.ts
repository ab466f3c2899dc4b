import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { EventJournal, FeedEntry } from '../ports/EventJournal.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { ParkedAggregate, SubscriptionState } from '../ports/Subscription.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { isoTime } from '../types/time.ts';
import { type ConsumerClaim, RENEW_MS } from './ConsumerClaim.ts';
import type { ConsumerRecords } from './ConsumerRecords.ts';
import { type ConsumerPlace, encodeCheckpoint, provePlace, resolveCheckpoint } from './checkpoint.ts';
import type { ConsumerSettings } from './consumerSettings.ts';
import type { Delivery, Outcome } from './Delivery.ts';
import { auditFeed } from './operate.ts';
import { Wakeup } from './Wakeup.ts';

export interface FeedDependencies {
  readonly journal: EventJournal;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface FeedSessionParts {
  readonly claim: ConsumerClaim;
  readonly records: ConsumerRecords;
  readonly delivery: Delivery;
  readonly settings: ConsumerSettings;
  readonly enter: (state: SubscriptionState) => void;
}

const RESUME_SAVE_EVERY = 100;
const ERROR_LENGTH_MAX = 1_000;

/**
 * Delivers while a claim on the consumer lasts: from its place on, parks what fails for good, resumes what operators ask
 * for, and keeps the place. Runs again for each claim.
 */
export class FeedSession {
  readonly #dependencies: FeedDependencies;
  readonly #parts: FeedSessionParts;
  readonly #wakeup = new Wakeup();
  /** Aborted when the claim is lost or the subscription stops: a new one for each run. */
  #run = new AbortController();
  #parked = new Map<string, ParkedAggregate>();
  /** Versions that a resumed aggregate was delivered through, where the feed had not come to them. */
  #deliveredThrough = new Map<string, number>();
  #checkpoint: string | undefined;
  #handledSinceSave = 0;

  constructor(dependencies: FeedDependencies, parts: FeedSessionParts) {
    this.#dependencies = dependencies;
    this.#parts = parts;
  }

  /** After the last event handled, or where delivery began. */
  get checkpoint(): string | undefined {
    return this.#checkpoint;
  }

  get parkedAggregates(): number {
    return this.#parked.size;
  }

  /** Looks at the parked aggregates anew, in case one is to be resumed. */
  wake(): void {
    this.#wakeup.wake();
  }

  /**
   * @param stop - ends the run
   * @param onBegin - called when the place is known
   * @throws CheckpointInvalidError, or the handler's error where a failure stops the subscription
   */
  async run(stop: AbortSignal, onBegin: () => void): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    const end = () => run.abort();
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    const renewing = this.#keepClaim(run);
    try {
      await this.#takeFirstPlace();
      this.#deliveredThrough.clear();
      await this.#loadParked();
      this.#parts.enter('catching-up');
      onBegin();
      await this.#pump(run.signal);
    } finally {
      stop.removeEventListener('abort', end);
      end();
      await renewing;
    }
  }

  /** Saved at once: an interruption before the next save must not choose `now` again, and leave out what came since. */
  async #takeFirstPlace(): Promise<void> {
    const { claim } = this.#parts;
    claim.place = await this.#firstPlace();
    await this.#save();
    if (claim.place === 'start') return;
    this.#checkpoint = encodeCheckpoint(await this.#dependencies.journal.identity(), claim.place);
  }

  async #firstPlace(): Promise<ConsumerPlace> {
    const { journal } = this.#dependencies;
    const { claim, settings } = this.#parts;
    if (claim.place === 'start') return 'start';
    if (claim.place !== null) return provePlace(claim.place, journal);
    if (settings.from === 'start') return 'start';
    return settings.from === 'now'
      ? ((await journal.feedHead()) ?? 'start')
      : resolveCheckpoint(settings.from, journal);
  }

  async #loadParked(): Promise<void> {
    const parked = await this.#parts.records.parked(this.#parts.settings.consumer);
    this.#parked = new Map(parked.map((one) => [one.aggregateId, one]));
  }

  async #pump(signal: AbortSignal): Promise<void> {
    const { place } = this.#parts.claim;
    const after = place === null || place === 'start' ? undefined : place.position;
    const pages = this.#dependencies.journal.readFeed({ after, follow: true, signal })[Symbol.asyncIterator]();
    try {
      let next = askNext(pages);
      while (!signal.aborted) {
        await this.#resumeRetrying(signal);
        const result = await Promise.race([next, this.#wakeup.next()]);
        if (result === undefined) await this.#wakened();
        else if (result.done) return;
        else {
          await this.#handlePage(result.value, signal);
          next = askNext(pages);
        }
      }
    } finally {
      // The feed may be waiting for events, and ends only when its signal says so.
      this.#run.abort();
      await pages.return?.();
    }
  }

  async #wakened(): Promise<void> {
    this.#wakeup.take();
    await this.#loadParked();
  }

  async #handlePage(page: readonly FeedEntry[], signal: AbortSignal): Promise<void> {
    for (const entry of page) {
      if (signal.aborted) return;
      this.#parts.enter('catching-up');
      await this.#handleEntry(entry, signal);
    }
    if (page.length > 0) return;
    this.#parts.enter('live');
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
    this.#parts.claim.place = place;
    this.#checkpoint = checkpoint;
    this.#handledSinceSave++;
    if (this.#handledSinceSave >= this.#parts.settings.checkpointEvery) await this.#save();
  }

  /** Not parked, of a wanted type, and not delivered when its aggregate was resumed. */
  #isDue(event: RecordedEvent): boolean {
    const through = this.#deliveredThrough.get(event.aggregateId);
    if (through !== undefined) {
      if (event.aggregateVersion >= through) this.#deliveredThrough.delete(event.aggregateId);
      if (event.aggregateVersion <= through) return false;
    }
    return !this.#parked.has(event.aggregateId) && this.#isWanted(event);
  }

  #isWanted({ eventType }: RecordedEvent): boolean {
    return this.#parts.settings.eventTypes?.has(eventType) ?? true;
  }

  #deliver(event: RecordedEvent, checkpoint: string, signal: AbortSignal): Promise<Outcome> {
    return this.#parts.delivery.deliver(event, checkpoint, signal, this.#holds);
  }

  /** Whether the claim holds; ends the run when it does not. */
  readonly #holds = async (): Promise<boolean> => {
    if (await this.#parts.claim.holds()) return true;
    this.#run.abort();
    return false;
  };

  async #settleFailure(event: RecordedEvent, { error, attempts }: Outcome & { kind: 'failed' }): Promise<void> {
    const { consumer, onFailure } = this.#parts.settings;
    const { aggregateId, aggregateVersion, eventId } = event;
    const fields = { consumer, aggregateId, aggregateVersion, error };
    if (onFailure === 'stop') throw error;
    if (onFailure === 'skip-event') {
      await auditFeed(this.#dependencies, 'feed.skipped', { consumer, aggregateId, aggregateVersion });
      this.#dependencies.logger.error(fields, 'the handler failed for good; the event is skipped');
      return;
    }
    const failure = { eventId, attempts, error: error.message.slice(0, ERROR_LENGTH_MAX) };
    const place = { aggregateId, aggregateVersion, ...failure };
    const parked = { ...place, parkedAt: isoTime(this.#dependencies.clock.now()), state: 'parked' } as const;
    this.#parked.set(aggregateId, await this.#parts.records.park(consumer, parked));
    this.#dependencies.logger.error(fields, 'the handler failed for good; the aggregate is parked');
  }

  async #resumeRetrying(signal: AbortSignal): Promise<void> {
    const { delivery, records, settings } = this.#parts;
    for (const aggregateId of delivery.takeRecovered()) {
      if (this.#parked.has(aggregateId)) await records.requestRetry(settings.consumer, aggregateId);
      await this.#loadParked();
    }
    for (const parked of [...this.#parked.values()]) {
      if (parked.state === 'retrying' && !signal.aborted) await this.#resume(parked, signal);
    }
  }

  /** Delivers what waits of a parked aggregate, in order, out of the store. */
  async #resume(parked: ParkedAggregate, signal: AbortSignal): Promise<void> {
    const { aggregateId, aggregateVersion: fromVersion } = parked;
    const { records, settings } = this.#parts;
    let through = fromVersion - 1;
    const pages = this.#dependencies.journal.readAggregate(aggregateId, { fromVersion, direction: 'forward' });
    for await (const page of pages) {
      for (const event of page) {
        if (!(await this.#resumeWith(event, signal))) return;
        through = event.aggregateVersion;
        if (through % RESUME_SAVE_EVERY !== 0) continue;
        await records.park(settings.consumer, { ...parked, aggregateVersion: through + 1 });
      }
    }
    this.#deliveredThrough.set(aggregateId, through);
    this.#parked.delete(aggregateId);
    await records.unpark(settings.consumer, aggregateId);
  }

  /** @returns whether the aggregate goes on behind this event */
  async #resumeWith(event: RecordedEvent, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (!this.#isWanted(event)) return true;
    const outcome = await this.#deliver(event, this.#checkpoint ?? '', signal);
    if (outcome.kind === 'failed') await this.#settleFailure(event, outcome);
    return outcome.kind === 'handled' || (outcome.kind === 'failed' && this.#parts.settings.onFailure === 'skip-event');
  }

  async #save(): Promise<void> {
    this.#handledSinceSave = 0;
    if (!(await this.#parts.claim.renew())) this.#run.abort();
  }

  /** Renews the claim, and looks for requests that other processes have left. */
  async #keepClaim(run: AbortController): Promise<void> {
    const { clock, logger } = this.#dependencies;
    const { claim, settings } = this.#parts;
    for (;;) {
      await clock.sleep(RENEW_MS, run.signal);
      if (run.signal.aborted) return;
      try {
        if (!(await claim.renew())) run.abort();
        if (this.#parked.size > 0) this.#wakeup.wake();
      } catch (error) {
        logger.warn({ error, consumer: settings.consumer }, 'could not renew the claim on the consumer');
        if (claim.hasRunOut) run.abort();
      }
    }
  }
}

/** The next page. Its failure is seen by whoever waits for it, and harms nobody while it is not waited for. */
function askNext<Page>(pages: AsyncIterator<Page>): Promise<IteratorResult<Page>> {
  const next = pages.next();
  next.catch(() => {});
  return next;
}
