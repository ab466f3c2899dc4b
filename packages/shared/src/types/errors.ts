import type { CompatibilityLevel, Incompatibility } from '../schema/compatibility/CompatibilityLevel.ts';
import type { Violation } from './Violation.ts';

/**
 * What a caller can do about an error:
 * - `invalid`: the request is wrong; mend it.
 * - `denied`: a policy forbids it.
 * - `conflict`: the store holds something else than the request assumes; load again and decide again.
 * - `unavailable`: nothing was stored; try again later.
 * - `ambiguous`: it may or may not be stored; send the very same append again.
 * - `limited`: too many requests; wait as long as the error says.
 * - `notFound`: there is no such thing.
 * - `unsupported`: this store cannot do it, as its capabilities say.
 * - `configuration`: the store, the registry or the policies are set up wrongly.
 * - `corrupt`: what is stored contradicts itself; run `nexus verify`.
 */
export type ErrorKind =
  | 'invalid'
  | 'denied'
  | 'conflict'
  | 'unavailable'
  | 'ambiguous'
  | 'limited'
  | 'notFound'
  | 'unsupported'
  | 'configuration'
  | 'corrupt';

/**
 * The base of every error that Nexus throws. Recognise errors by `code` (see {@link isNexusError}), so that it works
 * across several copies of the package.
 */
export abstract class NexusError<Code extends string = string, Details extends object = object> extends Error {
  abstract readonly code: Code;
  abstract readonly kind: ErrorKind;
  readonly details: Details;
  /** Set on a refusal when the store could not be asked whether these very events had been stored before. */
  declare replayUnknown?: true;

  constructor(message: string, details: Details, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }

  /** True when the same call may succeed later without any change. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'ambiguous' || this.kind === 'limited';
  }
}

/** Whether `error` comes from Nexus; with `code`, whether it is that very error. */
export function isNexusError(error: unknown, code?: string): error is NexusError {
  if (!(error instanceof Error) || !('code' in error) || !('kind' in error) || !('details' in error)) return false;
  return code === undefined || error.code === code;
}

/** The event or the append breaks a rule of the envelope: ids, versions, timestamps, values, sizes. */
export class InvalidEventError extends NexusError<
  'INVALID_EVENT',
  { eventIndex?: number; eventId?: string; errors: string[] }
> {
  readonly code = 'INVALID_EVENT';
  readonly kind = 'invalid';
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[], eventId?: string) {
    const errors = violations.map((violation) => violation.message);
    const first = violations[0];
    super(`The append is refused: ${errors.join('; ')}`, {
      ...(first?.eventIndex === undefined ? {} : { eventIndex: first.eventIndex }),
      ...(eventId === undefined ? {} : { eventId }),
      errors,
    });
    this.violations = violations;
  }
}

/** A parameter of a call breaks its rule. */
export class InvalidArgumentError extends NexusError<'INVALID_ARGUMENT', { argument: string; rule: string }> {
  readonly code = 'INVALID_ARGUMENT';
  readonly kind = 'invalid';

  constructor(argument: string, rule: string, options?: { cause?: unknown }) {
    super(`${argument} ${rule}`, { argument, rule }, options);
  }
}

/** A text is not JSON, or is JSON that cannot be kept exactly (duplicate keys, numbers that lose digits). */
export class InvalidJsonError extends NexusError<'INVALID_JSON', { rule: string; position?: number }> {
  readonly code = 'INVALID_JSON';
  readonly kind = 'invalid';
}

/**
 * One event is larger than the store takes. Sizes are bytes of canonical JSON; of one that is too large by far, `bytes` is
 * what was counted until that was certain.
 */
export class EventTooLargeError extends NexusError<
  'EVENT_TOO_LARGE',
  { eventIndex: number; eventId: string; bytes: number; bytesMax: number }
> {
  readonly code = 'EVENT_TOO_LARGE';
  readonly kind = 'invalid';
}

/** The append as a whole is larger than the store takes. */
export class AppendTooLargeError extends NexusError<
  'APPEND_TOO_LARGE',
  { actual: number; max: number; unit: 'bytes' | 'parts' }
> {
  readonly code = 'APPEND_TOO_LARGE';
  readonly kind = 'invalid';
}

/** A payload does not match its schema, or the registry does not know the event's type or version. */
export class SchemaValidationError extends NexusError<
  'SCHEMA_VALIDATION_FAILED',
  { eventType: string; eventId: string; errors: string[] }
> {
  readonly code = 'SCHEMA_VALIDATION_FAILED';
  readonly kind = 'invalid';
  /** The same errors, and those of the append's other events, in a form for programs. */
  readonly violations: readonly Violation[];

  constructor(event: { eventType: string; eventId: string }, violations: readonly Violation[]) {
    const own = violations.filter((violation) => violation.eventId === event.eventId);
    const errors = own.map((violation) => violation.message);
    super(`Event ${event.eventId} (${event.eventType}) does not match its schema: ${errors.join('; ')}`, {
      eventType: event.eventType,
      eventId: event.eventId,
      errors,
    });
    this.violations = violations;
  }
}

/** One or more policies deny the action. */
export class PolicyDeniedError extends NexusError<
  'POLICY_DENIED',
  { action: string; revision: string; denials: readonly { policy: string; message: string; eventIndex?: number }[] }
> {
  readonly code = 'POLICY_DENIED';
  readonly kind = 'denied';
}

/** The aggregate has moved on: the append's first version is not its version + 1. Load it, decide again, append again. */
export class ConcurrencyError extends NexusError<
  'CONCURRENCY_CONFLICT',
  {
    aggregateId: string;
    /** The version that the append assumed. */
    expectedVersion: number;
    /** The version that the aggregate has. */
    actualVersion: number;
    /** Events of the append that are already stored, when others of it are not. */
    alreadyStored?: readonly { aggregateId: string; aggregateVersion: number }[];
  }
> {
  readonly code = 'CONCURRENCY_CONFLICT';
  readonly kind = 'conflict';
}

/** The append would leave a gap: its first version is more than the aggregate's version + 1. */
export class VersionGapError extends NexusError<
  'VERSION_GAP',
  { aggregateId: string; expectedVersion: number; actualVersion: number }
> {
  readonly code = 'VERSION_GAP';
  readonly kind = 'conflict';
}

/** A schema breaks the compatibility level of its event type, and is not registered. */
export class SchemaIncompatibleError extends NexusError<
  'SCHEMA_INCOMPATIBLE',
  { eventType: string; level: CompatibilityLevel; incompatibilities: readonly Incompatibility[] }
> {
  readonly code = 'SCHEMA_INCOMPATIBLE';
  readonly kind = 'invalid';
}

/** A stored payload cannot be turned into the version of its schema that the reader asks for. */
export class UpcastError extends NexusError<
  'UPCAST_FAILED',
  { eventType: string; aggregateId: string; aggregateVersion: number; from: string; to: string; reason: string }
> {
  readonly code = 'UPCAST_FAILED';
  readonly kind = 'configuration';
}

/** An event with this id is stored at this version, with other content. */
export class IdempotencyMismatchError extends NexusError<
  'IDEMPOTENCY_MISMATCH',
  { aggregateId: string; aggregateVersion: number; eventId: string; storedDigest: string; digest: string }
> {
  readonly code = 'IDEMPOTENCY_MISMATCH';
  readonly kind = 'conflict';
}

/** The event id is already in the store, which was opened with `uniqueEventIds: 'store'`. */
export class DuplicateEventIdError extends NexusError<
  'DUPLICATE_EVENT_ID',
  { eventId: string; aggregateId: string; aggregateVersion: number }
> {
  readonly code = 'DUPLICATE_EVENT_ID';
  readonly kind = 'conflict';
}

/** The outcome is unknown. Only the same append, sent again, settles it: a look-up that finds nothing proves nothing. */
export class AmbiguousCommitError extends NexusError<'AMBIGUOUS_COMMIT', { aggregateIds: readonly string[] }> {
  readonly code = 'AMBIGUOUS_COMMIT';
  readonly kind = 'ambiguous';
}

/** The store cannot take the request now. Nothing was stored. */
export class StoreUnavailableError extends NexusError<'STORE_UNAVAILABLE', { reason: string }> {
  readonly code = 'STORE_UNAVAILABLE';
  readonly kind = 'unavailable';
}

/** The registry or the policy engine failed or did not answer in time, so that the append could not be decided. */
export class GovernanceUnavailableError extends NexusError<
  'GOVERNANCE_UNAVAILABLE',
  { part: 'schema-registry' | 'policy-engine' | 'audit-log'; reason: string }
> {
  readonly code = 'GOVERNANCE_UNAVAILABLE';
  readonly kind = 'unavailable';
}

/** The store was closed. */
export class StoreClosedError extends NexusError<'STORE_CLOSED', Record<never, never>> {
  readonly code = 'STORE_CLOSED';
  readonly kind = 'configuration';

  constructor() {
    super('The event store is closed; open a new one', {});
  }
}

/** The client has used up its temporal queries for now. */
export class RateLimitError extends NexusError<
  'RATE_LIMITED',
  { key: string; limit: number; windowMs: number; retryAfterMs: number }
> {
  readonly code = 'RATE_LIMITED';
  readonly kind = 'limited';
}

/** The whole answer does not fit in an array. Use `readAggregate` or `queryEvents`. */
export class QueryTooLargeError extends NexusError<'QUERY_TOO_LARGE', { eventsMax: number }> {
  readonly code = 'QUERY_TOO_LARGE';
  readonly kind = 'invalid';
}

/** A cursor is malformed, belongs to another query, or to another store. */
export class CursorInvalidError extends NexusError<'CURSOR_INVALID', { rule: string }> {
  readonly code = 'CURSOR_INVALID';
  readonly kind = 'invalid';
}

/** A checkpoint belongs to another store or an earlier epoch of this one, or lies beyond its end. */
export class CheckpointInvalidError extends NexusError<'CHECKPOINT_INVALID', { rule: string }> {
  readonly code = 'CHECKPOINT_INVALID';
  readonly kind = 'conflict';
}

/** There is no such thing in the store. */
export class NotFoundError extends NexusError<'NOT_FOUND', { what: string }> {
  readonly code = 'NOT_FOUND';
  readonly kind = 'notFound';
}

/** The store cannot do this; its `capabilities` say so. */
export class NotSupportedError extends NexusError<'NOT_SUPPORTED', { capability: string }> {
  readonly code = 'NOT_SUPPORTED';
  readonly kind = 'unsupported';
}

/** The store is set up wrongly. */
export class ConfigurationError extends NexusError<'CONFIGURATION', { setting: string }> {
  readonly code = 'CONFIGURATION';
  readonly kind = 'configuration';

  constructor(setting: string, message: string, options?: { cause?: unknown }) {
    super(message, { setting }, options);
  }
}

/** What is stored contradicts itself. */
export class CorruptStoreError extends NexusError<'CORRUPT_STORE', { where: string; found: string }> {
  readonly code = 'CORRUPT_STORE';
  readonly kind = 'corrupt';
}
