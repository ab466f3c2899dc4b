import { readSeals } from '../audit/readSeals.ts';
import { FeedSubscription } from '../feed/FeedSubscription.ts';
import { liftingHandler } from '../feed/liftingHandler.ts';
import { discardParked, retryParked } from '../feed/operate.ts';
import type { AuditSeal } from '../ports/AuditSeal.ts';
import type { EventJournal, StoreIdentity } from '../ports/EventJournal.ts';
import type {
  AdminOptions,
  AppendHistory,
  ConsumerReport,
  EventStoreAdmin,
  HistoryEntry,
  ImportHistoryOptions,
  VerifyReport,
} from '../ports/EventStoreAdmin.ts';
import type {
  AppendOptions,
  EventPage,
  EventQuery,
  EventStorePort,
  ReadAggregateOptions,
  ReadForm,
  StoreCapabilities,
} from '../ports/EventStorePort.ts';
import type { ConsumerOptions, EventHandler, ParkedAggregate, Subscription } from '../ports/Subscription.ts';
import { checkReadForm } from '../schema/evolution/checkReadForm.ts';
import { isPending } from '../types/awaitable.ts';
import type { EventMap, EventOf, RecordedEvent } from '../types/DomainEvent.ts';
import { NotSupportedError, QueryTooLargeError, StoreClosedError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import { ANONYMOUS } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import { assembleStore, type StoreParts } from './assembleStore.ts';
import { checkGovernance, type GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { exportHistory } from './history/exportHistory.ts';
import { HistoryRun } from './history/HistoryRun.ts';
import type { Provenance } from './history/provenanceOf.ts';
import { checkAggregateId, checkEventId, checkPrincipal, checkVersion } from './parameters.ts';
import { readEvents } from './readEvents.ts';
import { Telemetry } from './telemetry.ts';
import { verifyStore } from './verifyStore.ts';

const ARRAY_EVENTS_MAX = 100_000;

/**
 * `EventStorePort` over any journal: the one pipeline that every append takes, and the reads, the feed and the
 * operators' work beside it.
 */
export class GovernedEventStore<Events extends EventMap = Record<string, JsonObject>>
  implements EventStorePort<Events>, EventStoreAdmin
{
  readonly capabilities: StoreCapabilities;
  readonly #journal: EventJournal;
  readonly #parts: StoreParts;
  readonly #telemetry: Telemetry;
  readonly #subscriptions = new Set<Subscription>();
  readonly #appending = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws ConfigurationError */
  constructor(journal: EventJournal, options: GovernedEventStoreOptions = {}) {
    checkGovernance(options);
    refuseUniqueIdsWithoutIndex(options, journal);
    this.#journal = journal;
    this.#parts = assembleStore(journal, options);
    this.#telemetry = new Telemetry(journal.name);
    this.capabilities = this.#parts.capabilities;
    options.auditLog?.attach?.(journal.records);
  }

  append(events: readonly EventOf<Events>[], options: AppendOptions = {}): Promise<AppendReceipt> {
    return this.#append(events, options);
  }

  #append(events: readonly unknown[], options: AppendOptions, provenance?: Provenance): Promise<AppendReceipt> {
    if (this.#closing !== undefined) return Promise.reject(new StoreClosedError());
    const size = Array.isArray(events) ? events.length : 0;
    const appending = this.#telemetry.append(size, () => this.#parts.pipeline.append(events, options, provenance));
    this.#appending.add(appending);
    const done = () => this.#appending.delete(appending);
    appending.then(done, done);
    return appending;
  }

  async getEvents(
    aggregateId: string,
    fromVersion = 1,
    toVersion?: number,
    { upcast, readAs }: ReadForm = {},
  ): Promise<RecordedEvent<EventOf<Events>>[]> {
    const form = { ...(upcast === undefined ? {} : { upcast }), ...(readAs === undefined ? {} : { readAs }) };
    const range = { fromVersion, ...(toVersion === undefined ? {} : { toVersion }) };
    const events: RecordedEvent[] = [];
    for await (const page of this.#readPages(aggregateId, { ...range, ...form, limit: ARRAY_EVENTS_MAX + 1 })) {
      if (events.length + page.length > ARRAY_EVENTS_MAX) throw tooLarge(aggregateId);
      const lifted = this.#parts.lifter.liftAll(page, form);
      for (const event of isPending(lifted) ? await lifted : lifted) events.push(event);
    }
    return events as RecordedEvent<EventOf<Events>>[];
  }

  async *readAggregate(
    aggregateId: string,
    options: ReadAggregateOptions = {},
  ): AsyncGenerator<RecordedEvent<EventOf<Events>>, void, undefined> {
    for await (const page of this.#readPages(aggregateId, options)) {
      const lifted = this.#parts.lifter.liftAll(page, options);
      for (const event of isPending(lifted) ? await lifted : lifted) {
        options.signal?.throwIfAborted();
        yield event as RecordedEvent<EventOf<Events>>;
      }
    }
  }

  async getEventsByTimeRange<Type extends keyof Events & string>(
    eventType: Type,
    startTime: string,
    endTime: string,
    limit: number,
    clientId: string,
    form: ReadForm = {},
  ): Promise<RecordedEvent<EventOf<Pick<Events, Type>>>[]> {
    this.#begin('getEventsByTimeRange');
    const events = await this.#parts.queries.oldest({ ...form, eventType, startTime, endTime, limit, clientId });
    return [...events] as RecordedEvent<EventOf<Pick<Events, Type>>>[];
  }

  async queryEvents<Type extends keyof Events & string>(
    query: EventQuery & { readonly eventType: Type },
  ): Promise<EventPage<EventOf<Pick<Events, Type>>>> {
    this.#begin('queryEvents');
    return (await this.#parts.queries.page(query)) as unknown as EventPage<EventOf<Pick<Events, Type>>>;
  }

  async findByEventId(eventId: string, form: ReadForm = {}): Promise<RecordedEvent<EventOf<Events>>[]> {
    this.#begin('findByEventId');
    if (!this.capabilities.eventIdIndex) throw noEventIdIndex(this.#journal.name);
    checkEventId(eventId);
    checkReadForm(form);
    const events = await this.#parts.lifter.liftAll(await this.#journal.findByEventId(eventId), form);
    return [...events] as RecordedEvent<EventOf<Events>>[];
  }

  async getVersion(aggregateId: string): Promise<number> {
    this.#begin('getVersion');
    checkAggregateId(aggregateId);
    return this.#journal.getVersion(aggregateId);
  }

  async getReceipt(aggregateId: string, aggregateVersion: number): Promise<Receipt | undefined> {
    this.#begin('getReceipt');
    checkAggregateId(aggregateId);
    checkVersion('aggregateVersion', aggregateVersion);
    return this.#journal.getReceipt(aggregateId, aggregateVersion);
  }

  subscribeToStream(handler: EventHandler<EventOf<Events>>, options: ConsumerOptions = {}): Subscription {
    this.#begin('subscribeToStream');
    checkReadForm(options);
    const { lifter, clock, logger, auditLog, newId } = this.#parts;
    const lifting = liftingHandler(handler as unknown as EventHandler, options, { lifter, clock, logger });
    const dependencies = { journal: this.#journal, auditLog, logger, clock, newId };
    const subscription = new FeedSubscription(dependencies, lifting, options);
    this.#subscriptions.add(subscription);
    const done = () => this.#subscriptions.delete(subscription);
    subscription.closed.then(done, done);
    return subscription;
  }

  identity(): Promise<StoreIdentity> {
    this.#begin('identity');
    return this.#journal.identity();
  }

  async *exportEvents(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    this.#begin('exportEvents');
    for await (const page of this.#journal.readFeed({ follow: false, signal: options.signal })) {
      for (const { event } of page) {
        options.signal?.throwIfAborted();
        yield event;
      }
    }
  }

  exportHistory(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<HistoryEntry, void, undefined> {
    return exportHistory(this.#journal, this.exportEvents(options));
  }

  async importHistory<Result>(
    work: (append: AppendHistory) => Promise<Result>,
    { principal = ANONYMOUS, signal }: ImportHistoryOptions = {},
  ): Promise<Result> {
    this.#begin('importHistory');
    checkPrincipal(principal);
    const { newId, pipeline, auditLog, logger, clock, capabilities } = this.#parts;
    const run = new HistoryRun({
      principal,
      signal,
      runId: newId(),
      capabilities,
      append: (events, options, provenance) => this.#append(events, options, provenance),
      recordRefusal: (error, actor) => pipeline.recordRefusal(error, actor),
      auditLog,
      logger,
      clock,
    });
    return run.around(() => work((history) => run.append(history)));
  }

  verify(
    options: { readonly signal?: AbortSignal; readonly onProgress?: (events: number) => void } = {},
  ): Promise<VerifyReport> {
    this.#begin('verify');
    return verifyStore(this.#journal, options);
  }

  findRules(digest: string): Promise<string | undefined> {
    this.#begin('findRules');
    return this.#parts.archive.find(digest);
  }

  auditSeals(): Promise<readonly AuditSeal[]> {
    this.#begin('auditSeals');
    return readSeals(this.#journal.records);
  }

  consumers(): Promise<ConsumerReport[]> {
    this.#begin('consumers');
    return this.#parts.consumers.reports(this.#journal, this.#parts.clock.now());
  }

  parkedAggregates(consumer: string): Promise<ParkedAggregate[]> {
    this.#begin('parkedAggregates');
    return this.#parts.consumers.parked(consumer);
  }

  async retryParked(consumer: string, aggregateId: string, { principal }: AdminOptions = {}): Promise<void> {
    this.#begin('retryParked');
    await retryParked(this.#parts.consumers, this.#parts, { consumer, aggregateId }, principal);
  }

  async discardParked(
    consumer: string,
    aggregateId: string,
    aggregateVersion: number,
    { principal }: AdminOptions = {},
  ): Promise<void> {
    this.#begin('discardParked');
    const dependencies = { ...this.#parts, journal: this.#journal };
    await discardParked(this.#parts.consumers, dependencies, { consumer, aggregateId, aggregateVersion }, principal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled([...this.#subscriptions].map((subscription) => subscription.close()));
    await Promise.allSettled(this.#appending);
    await this.#sealAudit();
    await this.#journal.close();
  }

  /** What is not sealed now is sealed by the next one who writes to the log. */
  async #sealAudit(): Promise<void> {
    try {
      await this.#parts.auditLog.seal?.();
    } catch (err) {
      this.#parts.logger.warn({ store: this.#journal.name, err }, 'the audit log was not sealed');
    }
  }

  #readPages(aggregateId: string, options: ReadAggregateOptions): AsyncIterable<readonly RecordedEvent[]> {
    this.#begin('readAggregate');
    return readEvents(this.#journal, aggregateId, options);
  }

  #begin(operation: string): void {
    if (this.#closing !== undefined) throw new StoreClosedError();
    this.#telemetry.countRead(operation);
  }
}

function refuseUniqueIdsWithoutIndex(
  { uniqueEventIds }: GovernedEventStoreOptions,
  { capabilities, name }: EventJournal,
): void {
  if (uniqueEventIds === 'store' && !capabilities.eventIdIndex) throw noEventIdIndex(name);
}

function noEventIdIndex(name: string): NotSupportedError {
  return new NotSupportedError(`The ${name} store has no index of event ids`, { capability: 'eventIdIndex' });
}

function tooLarge(aggregateId: string): QueryTooLargeError {
  const message = `${aggregateId} has more than ${ARRAY_EVENTS_MAX} events in this range; use readAggregate, or queryEvents by type and time`;
  return new QueryTooLargeError(message, { eventsMax: ARRAY_EVENTS_MAX });
}
