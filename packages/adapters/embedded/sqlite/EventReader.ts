import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AggregateRange, Commit, Receipt, RecordedEvent, TimePage, TimeRange } from '@nexus/shared';
import { translating } from './driver-errors.ts';
import { EVENT_COLUMNS, eventOf } from './eventRows.ts';
import type { FairTurns } from './FairTurns.ts';
import { betweenPages, PAGE_EVENTS_MAX, readPage, SMALL_PAGE_EVENTS, type StoredPage } from './pages.ts';
import { parseStored } from './parseStored.ts';

const VERSION_MAX = Number.MAX_SAFE_INTEGER;
/** Characters of JSON after which a page of a temporal query ends. */
const TIME_PAGE_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Reads events and receipts by prepared statements, on a connection of its own. */
export class EventReader {
  readonly #path: string;
  readonly #turns: FairTurns;
  readonly #forward: StatementSync;
  readonly #backward: StatementSync;
  readonly #all: StatementSync;
  readonly #byTime: StatementSync;
  readonly #byEventId: StatementSync;
  readonly #version: StatementSync;
  readonly #firstPosition: StatementSync;
  readonly #receipt: StatementSync;
  readonly #end: StatementSync;

  constructor(database: DatabaseSync, path: string, turns: FairTurns) {
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const select = (where: string, order: string) =>
      prepare(`SELECT ${EVENT_COLUMNS} FROM events WHERE ${where} ORDER BY ${order} LIMIT ?`);
    this.#path = path;
    this.#turns = turns;
    this.#forward = select('aggregate_id = ? AND version BETWEEN ? AND ?', 'version');
    this.#backward = select('aggregate_id = ? AND version BETWEEN ? AND ?', 'version DESC');
    this.#all = select('(aggregate_id, version) > (?, ?) AND position <= ?', 'aggregate_id, version');
    this.#byTime = select(
      `event_type = ? AND (timestamp, aggregate_id, version) > (?, ?, ?) AND timestamp <= ?
         AND position <= ?`,
      'timestamp, aggregate_id, version',
    );
    this.#byEventId = select('event_id = ? AND position > ?', 'position');
    this.#version = prepare('SELECT version FROM events WHERE aggregate_id = ? ORDER BY version DESC LIMIT 1');
    this.#firstPosition = prepare(
      'SELECT coalesce(first_position, position) FROM events WHERE aggregate_id = ? AND version = ?',
    );
    this.#receipt = prepare('SELECT receipt FROM events WHERE position = ?');
    this.#end = prepare('SELECT max(position) FROM events');
  }

  versionOf(aggregateId: string): number {
    return translating(this.#path, () => (this.#version.get(aggregateId) as unknown as [number] | undefined)?.[0] ?? 0);
  }

  receiptOf(aggregateId: string, version: number): Receipt | undefined {
    const firstPosition = this.#firstPositionAt(aggregateId, version);
    return firstPosition === undefined ? undefined : this.#receiptAt(firstPosition);
  }

  /** The receipts of a commit's events, in their order, each once, and read once: each names all that it covers. */
  receiptsOf({ events }: Pick<Commit, 'events'>): Receipt[] {
    const firstPositions = new Set<number>();
    for (const { event } of events) {
      const firstPosition = this.#firstPositionAt(event.aggregateId, event.aggregateVersion);
      if (firstPosition !== undefined) firstPositions.add(firstPosition);
    }
    return [...firstPositions].flatMap((firstPosition) => this.#receiptAt(firstPosition) ?? []);
  }

  async *readAggregate(aggregateId: string, range: AggregateRange): AsyncGenerator<readonly RecordedEvent[]> {
    const isForward = range.direction === 'forward';
    const statement = isForward ? this.#forward : this.#backward;
    let { fromVersion, toVersion = VERSION_MAX } = range;
    let remaining = range.limit ?? Number.POSITIVE_INFINITY;
    range.signal?.throwIfAborted();
    await this.#turns.due();
    for (let isFirst = true; ; isFirst = false) {
      const size = Math.min(remaining, isFirst ? SMALL_PAGE_EVENTS : PAGE_EVENTS_MAX);
      const page = this.#page(statement, [aggregateId, fromVersion, toVersion], size);
      // Only a read of several pages needs to know where its end was when it began.
      if (isFirst && page.more) toVersion = Math.min(toVersion, this.versionOf(aggregateId));
      if (page.items.length > 0) yield page.items;
      const last = page.items.at(-1);
      remaining -= page.items.length;
      if (!page.more || remaining <= 0 || last === undefined) return;
      if (isForward) fromVersion = last.aggregateVersion + 1;
      else toVersion = last.aggregateVersion - 1;
      if (!isFirst) await betweenPages(range.signal);
    }
  }

  async *scan(signal: AbortSignal | undefined): AsyncGenerator<readonly RecordedEvent[]> {
    await this.#turns.due();
    const end = this.#lastPosition();
    let after: readonly [string, number] = ['', 0];
    signal?.throwIfAborted();
    for (;;) {
      const page = this.#page(this.#all, [...after, end], PAGE_EVENTS_MAX);
      const last = page.items.at(-1);
      if (last === undefined) return;
      yield page.items;
      if (!page.more) return;
      after = [last.aggregateId, last.aggregateVersion];
      await betweenPages(signal);
    }
  }

  async findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let after = 0;
    await this.#turns.due();
    for (;;) {
      const page = this.#page(this.#byEventId, [eventId, after], PAGE_EVENTS_MAX);
      events.push(...page.items);
      if (!page.more) return events;
      after = page.lastPosition;
      await betweenPages(undefined);
    }
  }

  async queryByTime(range: TimeRange): Promise<TimePage> {
    await this.#turns.due();
    const snapshot = range.snapshot === undefined ? this.#lastPosition() : Number(range.snapshot);
    const events: RecordedEvent[] = [];
    let after = afterOf(range);
    let characters = 0;
    let more = true;
    range.signal?.throwIfAborted();
    while (more && events.length <= range.limit && characters < TIME_PAGE_CHARACTERS_MAX) {
      if (events.length > 0) await betweenPages(range.signal);
      const parameters = [range.eventType, ...after, Date.parse(range.endTime), snapshot];
      const size = Math.min(PAGE_EVENTS_MAX, range.limit + 1 - events.length);
      const page = this.#page(this.#byTime, parameters, size);
      for (const event of page.items) events.push(event);
      characters += page.characters;
      after = placeBehind(page, after);
      more = page.more;
    }
    return timePageOf(events, more, range, snapshot);
  }

  #page(statement: StatementSync, parameters: readonly (string | number)[], limit: number): StoredPage<RecordedEvent> {
    return translating(this.#path, () => readPage(statement, parameters, limit, eventOf));
  }

  /** 0 for an empty store. */
  #lastPosition(): number {
    return translating(this.#path, () => (this.#end.get() as unknown as [number | null])[0] ?? 0);
  }

  #firstPositionAt(aggregateId: string, version: number): number | undefined {
    const row = translating(this.#path, () => this.#firstPosition.get(aggregateId, version));
    return (row as unknown as [number] | undefined)?.[0];
  }

  #receiptAt(position: number): Receipt | undefined {
    const row = translating(this.#path, () => this.#receipt.get(position)) as unknown as [string] | undefined;
    return row && (parseStored(row[0], `The receipt at position ${position}`) as unknown as Receipt);
  }
}

type TimePlace = readonly [timestamp: number, aggregateId: string, version: number];

function afterOf({ after, startTime }: TimeRange): TimePlace {
  if (after === undefined) return [Date.parse(startTime), '', 0];
  return [Date.parse(after.timestamp), after.aggregateId, after.aggregateVersion];
}

function placeBehind({ items }: StoredPage<RecordedEvent>, before: TimePlace): TimePlace {
  const last = items.at(-1);
  return last === undefined ? before : [Date.parse(last.timestamp), last.aggregateId, last.aggregateVersion];
}

/** One event beyond the limit may have been read, to learn whether there is more. */
function timePageOf(found: readonly RecordedEvent[], more: boolean, range: TimeRange, snapshot: number): TimePage {
  const events = found.slice(0, range.limit);
  const scannedThrough = more ? (events.at(-1)?.timestamp ?? range.startTime) : range.endTime;
  return { events, more, scannedThrough, settledThrough: range.endTime, snapshot: String(snapshot) };
}
