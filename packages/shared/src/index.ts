export { InMemoryAuditLog } from './audit/InMemoryAuditLog.ts';
export { LoggerAuditLog } from './audit/LoggerAuditLog.ts';
export { InMemoryRecordStore } from './feed/InMemoryRecordStore.ts';
export { canonicalEvent, canonicalJson, digestOfAppend, digestOfEvent, digestOfText } from './governance/digest.ts';
export { EventJudge, type EventJudgeOptions, type Judgement } from './governance/EventJudge.ts';
export { GovernedEventStore } from './governance/GovernedEventStore.ts';
export { checkGovernance, type GovernedEventStoreOptions } from './governance/GovernedEventStoreOptions.ts';
export { checkReceipt } from './governance/history/checkReceipt.ts';
export { rulesNamedBy } from './governance/history/provenanceOf.ts';
export { judgeAppend, type StoredPlace, type StoredState } from './governance/judgeAppend.ts';
export { type EventDraft, type NextEventsOptions, nextEvents } from './governance/nextEvents.ts';
export { parseJson } from './json/parseJson.ts';
export { readJson } from './json/readJson.ts';
export { InMemoryPolicy, type InMemoryPolicyOptions, type PolicyRule } from './policy/InMemoryPolicy.ts';
export type { AuditLogPort, AuditRecord } from './ports/AuditLogPort.ts';
export { AUDIT_SEAL_PREFIX, type AuditSeal, isAuditSeal } from './ports/AuditSeal.ts';
export { type Clock, SYSTEM_CLOCK } from './ports/Clock.ts';
export type {
  AggregateRange,
  Commit,
  CommitEvent,
  EventJournal,
  FeedEntry,
  FeedRange,
  IntegrityFinding,
  JournalAppendResult,
  JournalCapabilities,
  StoreIdentity,
  TimeKey,
  TimePage,
  TimeRange,
} from './ports/EventJournal.ts';
export type {
  AdminOptions,
  AppendHistory,
  ConsumerReport,
  EventStoreAdmin,
  HistoryAppend,
  HistoryEntry,
  ImportHistoryOptions,
  VerifyFinding,
  VerifyReport,
} from './ports/EventStoreAdmin.ts';
export type {
  AppendOptions,
  EventPage,
  EventQuery,
  EventStorePort,
  ReadAggregateOptions,
  ReadForm,
  StoreCapabilities,
} from './ports/EventStorePort.ts';
export { type LoggerPort, SILENT_LOGGER } from './ports/LoggerPort.ts';
export type { PolicyDecision, PolicyDenial, PolicyPort, PolicyRequest } from './ports/PolicyPort.ts';
export type { Admission, RateLimiterPort } from './ports/RateLimiterPort.ts';
export type { RecordStore, StoredRecord } from './ports/RecordStore.ts';
export type {
  EvolutionRules,
  PayloadRule,
  RegisteredSchema,
  RegisterOptions,
  SchemaRegistry,
  SchemaRegistryPort,
  UpcastExample,
} from './ports/SchemaRegistryPort.ts';
export type {
  ConsumerOptions,
  DeliveryContext,
  EventHandler,
  ParkedAggregate,
  Subscription,
  SubscriptionState,
  SubscriptionStatus,
} from './ports/Subscription.ts';
export type { RetryOptions } from './resilience/retry.ts';
export { type RateLimiterOptions, SlidingLogRateLimiter } from './resilience/SlidingLogRateLimiter.ts';
export { bundleSchema, copySchema, type ResolveSchema } from './schema/bundleSchema.ts';
export type {
  CompatibilityLevel,
  CompatibilityLevels,
  Incompatibility,
} from './schema/compatibility/CompatibilityLevel.ts';
export { checkCompatibility } from './schema/compatibility/checkCompatibility.ts';
export { COMPATIBILITY_LEVELS, checkLevels, levelOf } from './schema/compatibility/levelOf.ts';
export { compileSchema } from './schema/compileSchema.ts';
export { checkExamples } from './schema/evolution/checkExamples.ts';
export { parseRule } from './schema/evolution/parseRule.ts';
export type { Upcaster } from './schema/evolution/Upcaster.ts';
export { InMemorySchemaRegistry, type InMemorySchemaRegistryOptions } from './schema/InMemorySchemaRegistry.ts';
export { type KeptVersion, SchemaHistory } from './schema/SchemaHistory.ts';
export {
  type SchemaRegistryConfig,
  SchemaRegistryFactory,
  type SchemaRegistryProvider,
} from './schema/SchemaRegistryFactory.ts';
export { checkOptionNames } from './types/checkOptionNames.ts';
export type {
  DomainEvent,
  EventMap,
  EventMetadata,
  EventOf,
  RecordedDetails,
  RecordedEvent,
} from './types/DomainEvent.ts';
export {
  AmbiguousCommitError,
  AppendTooLargeError,
  CheckpointInvalidError,
  ConcurrencyError,
  ConfigurationError,
  CorruptStoreError,
  CursorInvalidError,
  DuplicateEventIdError,
  type ErrorKind,
  EventTooLargeError,
  GovernanceUnavailableError,
  IdempotencyMismatchError,
  InvalidArgumentError,
  InvalidEventError,
  InvalidJsonError,
  isNexusError,
  NexusError,
  NotFoundError,
  NotSupportedError,
  PolicyDeniedError,
  QueryTooLargeError,
  RateLimitError,
  SchemaIncompatibleError,
  SchemaValidationError,
  StoreClosedError,
  StoreUnavailableError,
  UpcastError,
  VersionGapError,
} from './types/errors.ts';
export type { JsonObject, JsonValue } from './types/json.ts';
export { nearestNames } from './types/nearestNames.ts';
export { ANONYMOUS, type Principal } from './types/Principal.ts';
export type {
  AggregateShare,
  AppendReceipt,
  PolicyEvidence,
  Receipt,
  ReceiptOrigin,
  SchemaEvidence,
} from './types/Receipt.ts';
export { canonicalTime, isoTime } from './types/time.ts';
export { compareUtf8 } from './types/utf8.ts';
export type { Violation } from './types/Violation.ts';
