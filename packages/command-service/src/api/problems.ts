import {
  type ErrorKind,
  type GovernanceUnavailableError,
  isNexusError,
  type NexusError,
  type Violation,
} from '@nexus/shared';
import { HttpError } from './HttpError.ts';

/** Problem details of RFC 9457, and what Nexus adds: `code`, `retryable`, `details` and `violations`. */
export interface Problem {
  /** Stable for each code: `/errors/` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Ties an unexpected error to its entry in the service's log. */
  readonly instance?: string;
  readonly code: string;
  /** True when the same request may succeed later without any change. */
  readonly retryable: boolean;
  readonly details: object;
  readonly violations?: readonly Violation[];
  /** True when the store could not be asked whether these very events had been stored before. */
  readonly replayUnknown?: true;
}

/** How an error is answered. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** True when the answer hides what happened, so that the log must say it. */
  readonly unexpected: boolean;
}

/**
 * 503 always means that nothing was stored. A commit of unknown outcome is 504 instead: the service stands between the
 * client and a database that did not answer in time, and only the same append, sent again, settles it.
 */
const STATUS_OF_KIND: Record<ErrorKind, number> = {
  invalid: 400,
  denied: 403,
  notFound: 404,
  conflict: 409,
  limited: 429,
  configuration: 500,
  corrupt: 500,
  unsupported: 501,
  unavailable: 503,
  ambiguous: 504,
};

const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ['EVENT_TOO_LARGE', 413],
  ['APPEND_TOO_LARGE', 413],
  ['SCHEMA_VALIDATION_FAILED', 422],
  ['STORE_CLOSED', 503],
]);

const TITLE_OF_KIND: Record<ErrorKind, string> = {
  invalid: 'The request breaks a rule',
  denied: 'The request is forbidden',
  notFound: 'There is no such thing',
  conflict: 'The store holds something else than the request assumes',
  limited: 'Too many requests',
  configuration: 'The service failed',
  corrupt: 'The service failed',
  unsupported: 'This store cannot do it',
  unavailable: 'Nothing was stored; try again later',
  ambiguous: 'It is unknown whether it was stored; send the same request again',
};

const RETRY_AFTER_S = 1;

/**
 * The one place where errors become answers.
 *
 * @param newId - called when the error is unexpected, for the id that joins the answer and the log
 */
export function answerTo(error: unknown, newId: () => string): ProblemAnswer {
  if (!isNexusError(error) || isHidden(error)) return unexpected(newId());
  const { violations } = error as { violations?: readonly Violation[] };
  const hidesReason = error.code === 'GOVERNANCE_UNAVAILABLE';
  const problem: Problem = {
    type: `/errors/${error.code}`,
    title: TITLE_OF_KIND[error.kind],
    status: statusOf(error),
    ...(hidesReason ? withoutReason(error, newId()) : { detail: error.message, details: error.details }),
    code: error.code,
    retryable: error.retryable,
    ...(violations === undefined ? {} : { violations }),
    ...(error.replayUnknown === undefined ? {} : { replayUnknown: error.replayUnknown }),
  };
  return { problem, headers: headersOf(error), unexpected: hidesReason };
}

/** What a registry or an engine says of its own failure may name hosts, folders or credentials. */
function withoutReason(error: NexusError, id: string): Pick<Problem, 'detail' | 'details' | 'instance'> {
  const { part } = error.details as GovernanceUnavailableError['details'];
  const detail = `The ${part} could not answer, so that nothing could be decided; try again. The service's log has the reason under ${id}`;
  return { detail, details: { part }, instance: id };
}

/** What only an operator can mend is for the log; that a payload cannot be lifted, its reader can read past. */
function isHidden(error: NexusError): boolean {
  return statusOf(error) === 500 && error.code !== 'UPCAST_FAILED';
}

function statusOf(error: NexusError): number {
  if (error instanceof HttpError) return error.status;
  return STATUS_OF_CODE.get(error.code) ?? STATUS_OF_KIND[error.kind];
}

function headersOf(error: NexusError): Record<string, string> {
  const own = error instanceof HttpError ? error.headers : {};
  const wait = retryAfterSeconds(error);
  return wait === undefined ? own : { 'retry-after': String(wait), ...own };
}

function retryAfterSeconds(error: NexusError): number | undefined {
  const { retryAfterMs } = error.details as { retryAfterMs?: number };
  if (retryAfterMs !== undefined) return Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return error.kind === 'unavailable' || error.kind === 'ambiguous' ? RETRY_AFTER_S : undefined;
}

function unexpected(id: string): ProblemAnswer {
  const problem: Problem = {
    type: '/errors/INTERNAL',
    title: TITLE_OF_KIND.configuration,
    status: 500,
    detail: `The service failed in a way it did not expect; its log has the reason under ${id}`,
    instance: id,
    code: 'INTERNAL',
    retryable: false,
    details: {},
  };
  return { problem, headers: {}, unexpected: true };
}
