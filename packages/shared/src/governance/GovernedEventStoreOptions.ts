import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { PolicyPort } from '../ports/PolicyPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import type { SchemaRegistryPort } from '../ports/SchemaRegistryPort.ts';
import type { RetryOptions } from '../resilience/retry.ts';

/** Settings that every store takes, whichever database is behind it. */
export interface GovernedEventStoreOptions {
  /** Where the schemas of events are found. Default: none, and nothing is validated. */
  readonly schemaRegistry?: SchemaRegistryPort;
  /** Default: true when there is a registry. True without one is a `ConfigurationError`. */
  readonly enableSchemaValidation?: boolean;
  /** What to do with an event type or version that the registry does not know. Default: `refuse`. */
  readonly unknownTypes?: 'refuse' | 'allow';
  /** Decides on every append. Default: none. */
  readonly policy?: PolicyPort;
  /** `observe` logs and audits what enforcement would have refused, and stores it. Default: `enforce`. */
  readonly mode?: 'enforce' | 'observe';
  /** Opens a store for writing without the rules that it was governed by before. Audited. Default: false. */
  readonly ungoverned?: boolean;
  /** `store` refuses an event id that is anywhere in the store. Default: `append`: ids are unique within an append. */
  readonly uniqueEventIds?: 'append' | 'store';
  /** Most ms that the registry, the policy engine or the audit log may take for one append. Default: 5,000. */
  readonly governanceTimeoutMs?: number;
  /** Default: the logger. */
  readonly auditLog?: AuditLogPort;
  /**
   * Counts temporal queries by client. Default: 10 in any 60 s, shared by all processes on a durable store. `null`: no
   * limit.
   */
  readonly rateLimiter?: RateLimiterPort | null;
  /** Retries of transient faults. Default: three, after 1, 2 and 4 s plus up to a quarter. */
  readonly retry?: RetryOptions;
  /** Default: silent. */
  readonly logger?: LoggerPort;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Makes receipt, store and owner ids. Default: random UUIDs. */
  readonly newId?: () => string;
}
