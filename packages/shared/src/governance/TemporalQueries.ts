import type { EventJournal, TimePage } from '../ports/EventJournal.ts';
import type { EventPage, EventQuery } from '../ports/EventStorePort.ts';
import type { RateLimiterPort } from '../ports/RateLimiterPort.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { InvalidArgumentError, RateLimitError } from '../types/errors.ts';
import { checkClientId, checkEventType, checkLimit, checkTime } from './parameters.ts';
import { type CursorPlace, type CursorScope, decodeCursor, encodeCursor } from './queryCursor.ts';

const LIMIT_MAX = 10_000;
const LIMIT_DEFAULT = 1_000;

/** Events of one type within a time range, in pages, each counted on its client's quota. */
export class TemporalQueries {
  readonly #journal: EventJournal;
  readonly #rateLimiter: RateLimiterPort | null;

  constructor(journal: EventJournal, rateLimiter: RateLimiterPort | null) {
    this.#journal = journal;
    this.#rateLimiter = rateLimiter;
  }

  /** One page. */
  async page(query: EventQuery): Promise<EventPage> {
    const { eventType, startTime, endTime, limit } = checkQuery(query);
    const { storeId } = await this.#journal.identity();
    const scope = { storeId, eventType, startTime, endTime };
    const place = query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope);
    await this.#admit(query.clientId ?? 'anonymous');
    const page = await this.#journal.queryByTime({ ...scope, limit, ...place, signal: query.signal });
    return pageOf(page, scope, limit, place);
  }

  /** The oldest `limit` matches, whole, in one array. */
  async oldest(query: EventQuery & { readonly limit: number; readonly clientId: string }): Promise<RecordedEvent[]> {
    checkClientId(query.clientId);
    const { eventType, startTime, endTime, limit } = checkQuery(query);
    await this.#admit(query.clientId);
    const events: RecordedEvent[] = [];
    let place: CursorPlace | undefined;
    for (;;) {
      const range = { eventType, startTime, endTime, limit: limit - events.length, ...place };
      const page = await this.#journal.queryByTime(range);
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

function checkQuery(query: EventQuery) {
  const { eventType, limit = LIMIT_DEFAULT } = query;
  checkEventType(eventType);
  checkLimit(limit, LIMIT_MAX);
  if (query.clientId !== undefined) checkClientId(query.clientId);
  const startTime = checkTime('startTime', query.startTime);
  const endTime = checkTime('endTime', query.endTime);
  if (startTime > endTime) throw new InvalidArgumentError('startTime', `must not be after endTime, ${endTime}`);
  return { eventType, startTime, endTime, limit };
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
