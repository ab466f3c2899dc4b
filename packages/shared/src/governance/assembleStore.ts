import { randomUUID } from 'node:crypto';
import { LoggerAuditLog } from '../audit/LoggerAuditLog.ts';
import { QueryAudit } from '../audit/QueryAudit.ts';
import { TimedAuditLog } from '../audit/TimedAuditLog.ts';
import { ConsumerRecords } from '../feed/ConsumerRecords.ts';
import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import { type Clock, SYSTEM_CLOCK } from '../ports/Clock.ts';
import type { EventJournal } from '../ports/EventJournal.ts';
import type { StoreCapabilities } from '../ports/EventStorePort.ts';
import { type LoggerPort, SILENT_LOGGER } from '../ports/LoggerPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { createRetry, type Retry } from '../resilience/retry.ts';
import { SharedRateLimiter } from '../resilience/SharedRateLimiter.ts';
import { SlidingLogRateLimiter } from '../resilience/SlidingLogRateLimiter.ts';
import { Lifter } from '../schema/evolution/Lifter.ts';
import { SchemaCatalog } from '../schema/SchemaCatalog.ts';
import { AppendPipeline } from './AppendPipeline.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { GovernedMark } from './GovernedMark.ts';
import { Governor } from './Governor.ts';
import { RulesArchive } from './RulesArchive.ts';
import { TemporalQueries } from './TemporalQueries.ts';

const REPLAY_LOOKUPS_PER_MINUTE = 60;
const GOVERNANCE_TIMEOUT_MS = 5_000;
const QUERIES_PER_MINUTE = 10;

/** What several parts of a store work with. */
interface Surroundings {
  readonly journal: EventJournal;
  readonly options: GovernedEventStoreOptions;
  readonly clock: Clock;
  readonly logger: LoggerPort;
  readonly auditLog: AuditLogPort;
  readonly retry: Retry;
  readonly newId: () => string;
  readonly timeoutMs: number;
}

/** The parts that a store is made of. */
export interface StoreParts extends Pick<Surroundings, 'clock' | 'logger' | 'auditLog' | 'newId'> {
  readonly capabilities: StoreCapabilities;
  readonly pipeline: AppendPipeline;
  readonly lifter: Lifter;
  readonly queries: TemporalQueries;
  readonly consumers: ConsumerRecords;
  readonly archive: RulesArchive;
}

/** Makes the parts of a store from options that were checked, with every default filled in. */
export function assembleStore(journal: EventJournal, options: GovernedEventStoreOptions): StoreParts {
  const surroundings = surroundingsOf(journal, options);
  const { clock, logger, auditLog, newId, retry } = surroundings;
  const capabilities = Object.freeze({
    ...journal.capabilities,
    schemaValidation: validatingRegistry(options) !== undefined,
    policyEnforcement: options.policy !== undefined,
  });
  const archive = new RulesArchive(journal.records, retry);
  const lifter = lifterOf(surroundings);
  return {
    clock,
    logger,
    auditLog,
    newId,
    capabilities,
    archive,
    lifter,
    pipeline: pipelineOf(surroundings, capabilities, archive),
    queries: new TemporalQueries(
      journal,
      rateLimiterOf(surroundings),
      lifter,
      new QueryAudit({ auditLog, clock, newId }),
    ),
    consumers: new ConsumerRecords(journal.records),
  };
}

function surroundingsOf(journal: EventJournal, options: GovernedEventStoreOptions): Surroundings {
  const {
    clock = SYSTEM_CLOCK,
    logger = SILENT_LOGGER,
    newId = randomUUID,
    governanceTimeoutMs: timeoutMs = GOVERNANCE_TIMEOUT_MS,
  } = options;
  const auditLog = new TimedAuditLog(options.auditLog ?? new LoggerAuditLog(logger), timeoutMs, clock);
  return { journal, options, clock, logger, auditLog, newId, timeoutMs, retry: createRetry(options.retry) };
}

function pipelineOf(
  { journal, options, clock, logger, auditLog, newId, retry, timeoutMs }: Surroundings,
  { schemaValidation: schemas, policyEnforcement: policies }: StoreCapabilities,
  archive: RulesArchive,
): AppendPipeline {
  const { policy, unknownTypes = 'refuse', mode = 'enforce', uniqueEventIds = 'append', ungoverned = false } = options;
  const registry = validatingRegistry(options);
  const catalog = registry === undefined ? undefined : new SchemaCatalog(registry, { clock, timeoutMs });
  const common = { auditLog, logger, clock, mode };
  return new AppendPipeline({
    ...common,
    journal,
    governor: new Governor({ ...common, catalog, policy, unknownTypes, timeoutMs, archive }),
    governedMark: new GovernedMark(journal, { ...common, retry, ungoverned, governance: { schemas, policies } }),
    uniqueEventIds,
    retry,
    replayBudget: new SlidingLogRateLimiter({ limit: REPLAY_LOOKUPS_PER_MINUTE, clock }),
    newId,
  });
}

function lifterOf({ options, clock, logger, timeoutMs }: Surroundings): Lifter {
  // Also a registry that validates no append: what it knows of versions and rules holds for what is stored.
  const { schemaRegistry: registry, upcasters } = options;
  return new Lifter({ registry, upcasters, clock, logger, timeoutMs });
}

function validatingRegistry({ schemaRegistry, enableSchemaValidation }: GovernedEventStoreOptions) {
  return enableSchemaValidation === false ? undefined : schemaRegistry;
}

/** Where the records outlive the process, all processes on the store share the quota. */
function rateLimiterOf({ journal, options, clock }: Surroundings): RateLimiterPort | null {
  const { rateLimiter, queriesPerMinute: limit = QUERIES_PER_MINUTE } = options;
  if (rateLimiter !== undefined) return rateLimiter;
  return journal.capabilities.durable
    ? new SharedRateLimiter(journal.records, { clock, limit })
    : new SlidingLogRateLimiter({ clock, limit });
}
