import { randomUUID } from 'node:crypto';
import { LoggerAuditLog } from '../audit/LoggerAuditLog.ts';
import { QueryAudit } from '../audit/QueryAudit.ts';
import { readSeals } from '../audit/readSeals.ts';
import { TimedAuditLog } from '../audit/TimedAuditLog.ts';
import { ConsumerRecords } from '../feed/ConsumerRecords.ts';
import { FeedSubscription } from '../feed/FeedSubscription.ts';
import { liftingHandler } from '../feed/liftingHandler.ts';
import { discardParked, retryParked } from '../feed/operate.ts';
import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { AuditSeal } from '../ports/AuditSeal.ts';
import { type Clock, SYSTEM_CLOCK } from '../ports/Clock.ts';
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
import { type LoggerPort, SILENT_LOGGER } from '../ports/LoggerPort.ts';
import type { ConsumerOptions, EventHandler, ParkedAggregate, Subscription } from '../ports/Subscription.ts';
import { createRetry, type Retry } from '../resilience/retry.ts';
import { SharedRateLimiter } from '../resilience/SharedRateLimiter.ts';
import { SlidingLogRateLimiter } from '../resilience/SlidingLogRateLimiter.ts';
import { checkReadForm } from '../schema/evolution/checkReadForm.ts';
import { Lifter } from '../schema/evolution/Lifter.ts';
import { SchemaCatalog } from '../schema/SchemaCatalog.ts';
import { type Awaitable, isPending } from '../types/awaitable.ts';
import type { EventMap, EventOf, RecordedEvent } from '../types/DomainEvent.ts';
import { CorruptStoreError, NotSupportedError, QueryTooLargeError, StoreClosedError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import { ANONYMOUS, type Principal } from '../types/Principal.ts';
import type { AppendReceipt, Receipt } from '../types/Receipt.ts';
import { isoTime } from '../types/time.ts';
import { AppendPipeline } from './AppendPipeline.ts';
import { checkGovernance, type GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { Governor } from './Governor.ts';
import { keepGoverned } from './governedMark.ts';
import { HistoryRun } from './history/HistoryRun.ts';
import type { Provenance } from './history/provenanceOf.ts';
import { ReceiptLookup } from './history/ReceiptLookup.ts';
import { checkAggregateId, checkEventId, checkPrincipal, checkVersion } from './parameters.ts';
import { RulesArchive } from './RulesArchive.ts';
import { readEvents } from './readEvents.ts';
import { TemporalQueries } from './TemporalQueries.ts';
import { Telemetry } from './telemetry.ts';
import { verifyStore } from './verifyStore.ts';

const ARRAY_EVENTS_MAX = 100_000;
const REPLAY_LOOKUPS_PER_MINUTE = 60;
const GOVERNANCE_TIMEOUT_MS = 5_000;

/**
 * `EventStorePort` over any journal: the one pipeline that every append takes, and the reads, the feed and the
 * operators' work beside it.
 */
export class GovernedEventStore<Events extends EventMap = Record<string, JsonObject>>
  implements EventStorePort<Events>, EventStoreAdmin
{
  readonly capabilities: StoreCapabilities;
  readonly #journal: EventJournal;
  readonly #options: GovernedEventStoreOptions;
  readonly #clock: Clock;
  readonly #logger: LoggerPort;
  readonly #auditLog: AuditLogPort;
  readonly #telemetry: Telemetry;
  readonly #retry: Retry;
  readonly #pipeline: AppendPipeline;
  readonly #lifter: Lifter;
  readonly #queries: TemporalQueries;
  readonly #consumers: ConsumerRecords;
  readonly #archive: RulesArchive;
  readonly #subscriptions = new Set<Subscription>();
  readonly #appending = new Set<Promise<unknown>>();
  #isGoverned = false;
  #governing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws ConfigurationError */
  constructor(journal: EventJournal, options: GovernedEventStoreOptions = {}) {
    checkGovernance(options);
    const timeoutMs = options.governanceTimeoutMs ?? GOVERNANCE_TIMEOUT_MS;
    const schemaRegistry = registryOf(options);
    this.#journal = journal;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#auditLog = new TimedAuditLog(options.auditLog ?? new LoggerAuditLog(this.#logger), timeoutMs, this.#clock);
    this.#telemetry = new Telemetry(journal.name);
    this.#retry = createRetry(options.retry);
    this.#consumers = new ConsumerRecords(journal.records);
    this.#archive = new RulesArchive(journal.records, this.#retry);
    this.capabilities = Object.freeze({
      ...journal.capabilities,
      schemaValidation: schemaRegistry !== undefined,
      policyEnforcement: options.policy !== undefined,
    });
    refuseUniqueIdsWithoutIndex(options, journal);
    this.#pipeline = this.#createPipeline(schemaRegistry);
    const audit = new QueryAudit({ auditLog: this.#auditLog, clock: this.#clock, newId: this.#newId });
    this.#lifter = new Lifter({
      // Also where it validates no append: what it knows of versions and rules holds for what is stored.
      registry: options.schemaRegistry,
      upcasters: options.upcasters,
      clock: this.#clock,
      logger: this.#logger,
      timeoutMs,
    });
    this.#queries = new TemporalQueries(journal, rateLimiterOf(options, journal, this.#clock), this.#lifter, audit);
    options.auditLog?.attach?.(journal.records);
  }

  append(events: readonly EventOf<Events>[], options: AppendOptions = {}): Promise<AppendReceipt> {
    return this.#append(events, options);
  }

  #append(events: readonly unknown[], options: AppendOptions, provenance?: Provenance): Promise<AppendReceipt> {
    if (this.#closing !== undefined) return Promise.reject(new StoreClosedError());
    const size = Array.isArray(events) ? events.length : 0;
    const appending = this.#telemetry.append(size, () => this.#pipeline.append(events, options, provenance));
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
      const lifted = this.#lifter.liftAll(page, form);
      for (const event of isPending(lifted) ? await lifted : lifted) events.push(event);
    }
    return events as RecordedEvent<EventOf<Events>>[];
  }

  async *readAggregate(
    aggregateId: string,
    options: ReadAggregateOptions = {},
  ): AsyncGenerator<RecordedEvent<EventOf<Events>>, void, undefined> {
    for await (const page of this.#readPages(aggregateId, options)) {
      const lifted = this.#lifter.liftAll(page, options);
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
    const events = await this.#queries.oldest({ ...form, eventType, startTime, endTime, limit, clientId });
    return [...events] as RecordedEvent<EventOf<Pick<Events, Type>>>[];
  }

  async queryEvents<Type extends keyof Events & string>(
    query: EventQuery & { readonly eventType: Type },
  ): Promise<EventPage<EventOf<Pick<Events, Type>>>> {
    this.#begin('queryEvents');
    return (await this.#queries.page(query)) as unknown as EventPage<EventOf<Pick<Events, Type>>>;
  }

  async findByEventId(eventId: string, form: ReadForm = {}): Promise<RecordedEvent<EventOf<Events>>[]> {
    this.#begin('findByEventId');
    if (!this.capabilities.eventIdIndex) throw noEventIdIndex(this.#journal.name);
    checkEventId(eventId);
    checkReadForm(form);
    const events = await this.#lifter.liftAll(await this.#journal.findByEventId(eventId), form);
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
    const dependencies = {
      journal: this.#journal,
      auditLog: this.#auditLog,
      logger: this.#logger,
      clock: this.#clock,
      newId: this.#newId,
    };
    const lifting = { lifter: this.#lifter, clock: this.#clock, logger: this.#logger };
    const subscription = new FeedSubscription(
      dependencies,
      liftingHandler(handler as unknown as EventHandler, options, lifting),
      options,
    );
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

  async *exportHistory(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<HistoryEntry, void, undefined> {
    const receipts = new ReceiptLookup(this.#journal);
    for await (const event of this.exportEvents(options)) {
      const receipt = await receipts.of(event);
      if (receipt === undefined) throw receiptMissing(event);
      yield { event, receipt };
    }
  }

  async importHistory<Result>(
    work: (append: AppendHistory) => Promise<Result>,
    { principal = ANONYMOUS, signal }: ImportHistoryOptions = {},
  ): Promise<Result> {
    this.#begin('importHistory');
    checkPrincipal(principal);
    const run = new HistoryRun({
      principal,
      signal,
      runId: this.#newId(),
      capabilities: this.capabilities,
      append: (events, options, provenance) => this.#append(events, options, provenance),
      recordRefusal: (error, actor) => this.#pipeline.recordRefusal(error, actor),
      auditLog: this.#auditLog,
      logger: this.#logger,
      clock: this.#clock,
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
    return this.#archive.find(digest);
  }

  auditSeals(): Promise<readonly AuditSeal[]> {
    this.#begin('auditSeals');
    return readSeals(this.#journal.records);
  }

  consumers(): Promise<ConsumerReport[]> {
    this.#begin('consumers');
    return this.#consumers.reports(this.#journal, this.#clock.now());
  }

  parkedAggregates(consumer: string): Promise<ParkedAggregate[]> {
    this.#begin('parkedAggregates');
    return this.#consumers.parked(consumer);
  }

  async retryParked(consumer: string, aggregateId: string, { principal }: AdminOptions = {}): Promise<void> {
    this.#begin('retryParked');
    const audit = { auditLog: this.#auditLog, clock: this.#clock };
    await retryParked(this.#consumers, audit, { consumer, aggregateId }, principal);
  }

  async discardParked(
    consumer: string,
    aggregateId: string,
    aggregateVersion: number,
    { principal }: AdminOptions = {},
  ): Promise<void> {
    this.#begin('discardParked');
    const audit = { auditLog: this.#auditLog, clock: this.#clock };
    await discardParked(this.#consumers, audit, { consumer, aggregateId, aggregateVersion }, principal);
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
      await this.#auditLog.seal?.();
    } catch (err) {
      this.#logger.warn({ store: this.#journal.name, err }, 'the audit log was not sealed');
    }
  }

  readonly #newId = (): string => (this.#options.newId ?? randomUUID)();

  #createPipeline(schemaRegistry: GovernedEventStoreOptions['schemaRegistry']): AppendPipeline {
    const { policy, unknownTypes = 'refuse', mode = 'enforce', uniqueEventIds = 'append' } = this.#options;
    const timeoutMs = this.#options.governanceTimeoutMs ?? GOVERNANCE_TIMEOUT_MS;
    const common = { auditLog: this.#auditLog, logger: this.#logger, clock: this.#clock, mode };
    const catalog =
      schemaRegistry === undefined ? undefined : new SchemaCatalog(schemaRegistry, { clock: this.#clock, timeoutMs });
    return new AppendPipeline({
      ...common,
      journal: this.#journal,
      governor: new Governor({ ...common, catalog, policy, unknownTypes, timeoutMs, archive: this.#archive }),
      ensureGoverned: (principal) => this.#ensureGoverned(principal),
      uniqueEventIds,
      retry: this.#retry,
      replayBudget: new SlidingLogRateLimiter({ limit: REPLAY_LOOKUPS_PER_MINUTE, clock: this.#clock }),
      newId: this.#newId,
    });
  }

  /** Once for each store object; again after a failure. */
  #ensureGoverned(principal: Principal): Awaitable<void> {
    if (this.#isGoverned) return;
    this.#governing ??= this.#retry(() => this.#checkGoverned(principal)).finally(() => {
      this.#governing = undefined;
    });
    return this.#governing;
  }

  async #checkGoverned(principal: Principal): Promise<void> {
    const { schemaValidation: schemas, policyEnforcement: policies } = this.capabilities;
    const { ungoverned = false } = this.#options;
    const isUngoverned = await keepGoverned(this.#journal.records, { schemas, policies }, ungoverned);
    if (isUngoverned) {
      const at = isoTime(this.#clock.now());
      await this.#auditLog.record({ at, action: 'store.ungoverned', actor: principal, details: { schemas, policies } });
    }
    if (!schemas) this.#logger.warn({ store: this.#journal.name }, 'no schema registry: payloads are stored unchecked');
    this.#isGoverned = true;
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

function registryOf({ schemaRegistry, enableSchemaValidation }: GovernedEventStoreOptions) {
  return enableSchemaValidation === false ? undefined : schemaRegistry;
}

/** Where the records outlive the process, all processes on the store share the quota. */
function rateLimiterOf(options: GovernedEventStoreOptions, journal: EventJournal, clock: Clock) {
  const { rateLimiter, queriesPerMinute: limit = 10 } = options;
  if (rateLimiter !== undefined) return rateLimiter;
  return journal.capabilities.durable
    ? new SharedRateLimiter(journal.records, { clock, limit })
    : new SlidingLogRateLimiter({ clock, limit });
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

function receiptMissing({ aggregateId, aggregateVersion }: RecordedEvent): CorruptStoreError {
  const where = `${aggregateId} at version ${aggregateVersion}`;
  const found = 'no receipt says what let it in';
  return new CorruptStoreError(`${where}: ${found}; nexus verify says what else is wrong`, { where, found });
}

function tooLarge(aggregateId: string): QueryTooLargeError {
  const message = `${aggregateId} has more than ${ARRAY_EVENTS_MAX} events in this range; use readAggregate, or queryEvents by type and time`;
  return new QueryTooLargeError(message, { eventsMax: ARRAY_EVENTS_MAX });
}
