import type { AuditedQuery, QueryAudit } from '../audit/QueryAudit.ts';
import type { EventJournal, TimePage } from '../ports/EventJournal.ts';
import type { EventPage, EventQuery } from '../ports/EventStorePort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import { checkReadForm } from '../schema/evolution/checkReadForm.ts';
import type { Lifter } from '../schema/evolution/Lifter.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { InvalidArgumentError, RateLimitError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import { checkClientId, checkEventType, checkLimit, checkPrincipal, checkTime } from './parameters.ts';
import { type CursorPlace, type CursorScope, decodeCursor, encodeCursor } from './queryCursor.ts';

const LIMIT_MAX = 10_000;
const LIMIT_DEFAULT = 1_000;
/** Whose quota counts where nobody is named. */
const ANYBODY = 'anonymous';

/**
 * Events of one type within a time range, in pages, each counted on its client's quota and put on the audit record. A
 * query that is invalid or over the quota has not begun, and is on no record: it could be used to fill the log.
 */
export class TemporalQueries {
  readonly #journal: EventJournal;
  readonly #rateLimiter: RateLimiterPort | null;
  readonly #lifter: Lifter;
  readonly #audit: QueryAudit;

  constructor(journal: EventJournal, rateLimiter: RateLimiterPort | null, lifter: Lifter, audit: QueryAudit) {
    this.#journal = journal;
    this.#rateLimiter = rateLimiter;
    this.#lifter = lifter;
    this.#audit = audit;
  }

  /** One page. */
  async page(query: EventQuery): Promise<EventPage> {
    const { limit, ...range } = checkQuery(query);
    const { storeId } = await this.#journal.identity();
    const scope = { storeId, ...range };
    const place = query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope);
    await this.#admit(query.clientId ?? ANYBODY);
    const read = async () => {
      const stored = await this.#journal.queryByTime({ ...scope, limit, ...place, signal: query.signal });
      return { ...stored, events: await this.#lifter.liftAll(stored.events, query) };
    };
    const audited = auditedQuery('queryEvents', query, { ...range, limit });
    const page = await this.#audit.audited(audited, read, ({ events }) => events.length);
    return pageOf(page, scope, limit, place);
  }

  /** The oldest `limit` matches, whole, in one array. */
  async oldest(
    query: EventQuery & { readonly limit: number; readonly clientId: string },
  ): Promise<readonly RecordedEvent[]> {
    checkClientId(query.clientId);
    const range = checkQuery(query);
    await this.#admit(query.clientId);
    const audited = auditedQuery('getEventsByTimeRange', query, range);
    return this.#audit.audited(
      audited,
      async () => this.#lifter.liftAll(await this.#readOldest(range), query),
      ({ length }) => length,
    );
  }

  async #readOldest({ limit, ...range }: CheckedQuery): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let place: CursorPlace | undefined;
    for (;;) {
      const page = await this.#journal.queryByTime({ ...range, limit: limit - events.length, ...place });
      events.push(...page.events);
      const last = events.at(-1);
      if (!page.more || events.length >= limit || last === undefined) return events;
      place = { after: last, ...(page.snapshot === undefined ? {} : { snapshot: page.snapshot }) };
    }
  }

  async #admit(clientId: string): Promise<void> {
    if (this.#rateLimiter === null) return;
    const { limit, windowMs } = this.#rateLimiter;
    const admission = await this.#rateLimiter.admit(clientId);
    if (admission.admitted) return;
    const { retryAfterMs } = admission;
    throw new RateLimitError(
      `Client ${clientId} has used its ${limit} temporal queries of ${windowMs / 1_000} s; come back in ${retryAfterMs} ms`,
      { key: clientId, limit, windowMs, retryAfterMs },
    );
  }
}

interface CheckedQuery {
  readonly eventType: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly limit: number;
}

function checkQuery(query: EventQuery): CheckedQuery {
  const { eventType, limit = LIMIT_DEFAULT } = query;
  checkEventType(eventType);
  checkLimit(limit, LIMIT_MAX);
  checkReadForm(query);
  if (query.clientId !== undefined) checkClientId(query.clientId);
  if (query.principal !== undefined) checkPrincipal(query.principal);
  const startTime = checkTime('startTime', query.startTime);
  const endTime = checkTime('endTime', query.endTime);
  if (startTime > endTime) throw new InvalidArgumentError('startTime', `must not be after endTime, ${endTime}`);
  return { eventType, startTime, endTime, limit };
}

function auditedQuery(operation: string, query: EventQuery, range: CheckedQuery): AuditedQuery {
  const { clientId = ANYBODY, cursor, signal } = query;
  const actor: Principal = query.principal ?? { id: clientId, roles: [], client: clientId };
  return { actor, details: { operation, ...range, continued: cursor !== undefined }, signal };
}

function pageOf(page: TimePage, scope: CursorScope, limit: number, place: CursorPlace | undefined): EventPage {
  const { events, more, scannedThrough, settledThrough } = page;
  const after = events.at(-1) ?? place?.after;
  if (!more || after === undefined) return { events, scannedThrough, settledThrough };
  const snapshot = page.snapshot === undefined ? {} : { snapshot: page.snapshot };
  const { timestamp, aggregateId, aggregateVersion } = after;
  const cursor = encodeCursor(scope, { after: { timestamp, aggregateId, aggregateVersion }, ...snapshot });
  const reason = events.length >= limit ? 'limit' : 'size';
  return { events, cursor, partial: { reason }, scannedThrough, settledThrough };
}
