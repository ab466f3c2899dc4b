import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { PolicyPort } from '../ports/PolicyPort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import type { SchemaRegistryPort } from '../ports/SchemaRegistryPort.ts';
import type { RetryOptions } from '../resilience/retry.ts';
import { checkUpcasters } from '../schema/evolution/checkUpcasters.ts';
import type { Upcaster } from '../schema/evolution/Upcaster.ts';
import { ConfigurationError } from '../types/errors.ts';

/** Settings that every store takes, whichever database is behind it. */
export interface GovernedEventStoreOptions {
  /** Where the schemas of events are found. Default: none, and nothing is validated. */
  readonly schemaRegistry?: SchemaRegistryPort;
  /** Default: true when there is a registry. True without one is a `ConfigurationError`. */
  readonly enableSchemaValidation?: boolean;
  /**
   * What to do with an event type that the registry does not know. An unknown version of a known type is always refused.
   * Default: `refuse`.
   */
  readonly unknownTypes?: 'refuse' | 'allow';
  /**
   * Rules that lift stored payloads when they are read, beside those that the registry has; where both lead from one
   * version to the next, these go first. Default: none.
   */
  readonly upcasters?: readonly Upcaster[];
  /** Decides on every append. Default: none. */
  readonly policy?: PolicyPort;
  /** `observe` logs and audits what enforcement would have refused, and stores it. Default: `enforce`. */
  readonly mode?: 'enforce' | 'observe';
  /** Opens a store for writing without the rules that it was governed by before. Audited. Default: false. */
  readonly ungoverned?: boolean;
  /** `store` refuses an event id that is anywhere in the store. Default: `append`: ids are unique within an append. */
  readonly uniqueEventIds?: 'append' | 'store';
  /** Most ms that the registry, the policy engine or the audit log may take for one answer. Default: 5,000. */
  readonly governanceTimeoutMs?: number;
  /** Default: the logger. */
  readonly auditLog?: AuditLogPort;
  /** Temporal queries of a client in any 60 s, where `rateLimiter` does not say otherwise. Default: 10. */
  readonly queriesPerMinute?: number;
  /**
   * Counts temporal queries by client. Default: `queriesPerMinute`, shared by all processes on a durable store. `null`:
   * no limit.
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

const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/**
 * Refuses settings that are none or contradict each other, before anything is opened: a misspelt mode must not mean
 * that nothing is enforced.
 *
 * @throws ConfigurationError
 */
export function checkGovernance(options: GovernedEventStoreOptions): void {
  const { schemaRegistry, enableSchemaValidation, governanceTimeoutMs: timeoutMs, retry } = options;
  if (enableSchemaValidation === true && schemaRegistry === undefined) {
    throw wrong('schemaRegistry', 'is missing, though enableSchemaValidation is true; give one');
  }
  checkOneOf('mode', options.mode, ['enforce', 'observe']);
  checkOneOf('unknownTypes', options.unknownTypes, ['refuse', 'allow']);
  checkOneOf('uniqueEventIds', options.uniqueEventIds, ['append', 'store']);
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX)) {
    throw wrong('governanceTimeoutMs', `must be an integer from 1 to ${TIMEOUT_MS_MAX}`);
  }
  const { queriesPerMinute: queries } = options;
  if (queries !== undefined && !(Number.isSafeInteger(queries) && queries >= 1)) {
    throw wrong('queriesPerMinute', 'must be an integer from 1');
  }
  if (retry !== undefined) checkRetry(retry);
  if (options.upcasters !== undefined) checkUpcasters(options.upcasters);
}

function checkOneOf(setting: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw wrong(setting, `must be one of ${allowed.join(', ')}`);
}

function checkRetry({ delaysMs, jitter }: RetryOptions): void {
  const areDelays = delaysMs === undefined || (Array.isArray(delaysMs) && delaysMs.every(isDelay));
  if (!areDelays) throw wrong('retry.delaysMs', 'must be an array of numbers of ms from 0');
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1))
    throw wrong('retry.jitter', 'must be a number from 0 to 1');
}

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= TIMEOUT_MS_MAX;
}

function wrong(setting: string, rule: string): ConfigurationError {
  return new ConfigurationError(setting, `${setting} ${rule}`);
}
