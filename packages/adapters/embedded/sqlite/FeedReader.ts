import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FeedEntry, FeedRange } from '@nexus/shared';
import { translating } from './driver-errors.ts';
import { EVENT_COLUMNS, eventOf, type StoredEventRow } from './eventRows.ts';
import type { FairTurns } from './FairTurns.ts';
import type { FeedWake } from './FeedWake.ts';
import { betweenPages, PAGE_EVENTS_MAX, readPage } from './pages.ts';

/** A position as text: the number of the event in the order of commits, from 1. */
const POSITION = /^[1-9]\d{0,15}$/;

/** Reads the change feed: every event in the order of commits. */
export class FeedReader {
  readonly #path: string;
  readonly #wake: FeedWake;
  readonly #turns: FairTurns;
  readonly #page: StatementSync;
  readonly #head: StatementSync;
  readonly #digest: StatementSync;
  #isClosed = false;

  constructor(database: DatabaseSync, path: string, wake: FeedWake, turns: FairTurns) {
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#path = path;
    this.#wake = wake;
    this.#turns = turns;
    this.#page = prepare(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
    );
    this.#head = prepare('SELECT position, digest FROM events ORDER BY position DESC LIMIT 1');
    this.#digest = prepare('SELECT digest FROM events WHERE position = ?');
  }

  head(): { readonly position: string; readonly digest: string } | undefined {
    const row = translating(this.#path, () => this.#head.get()) as unknown as [number, string] | undefined;
    return row === undefined ? undefined : { position: String(row[0]), digest: row[1] };
  }

  digestAt(position: string): string | undefined {
    if (!POSITION.test(position)) return undefined;
    const row = translating(this.#path, () => this.#digest.get(Number(position))) as unknown as [string] | undefined;
    return row?.[0];
  }

  async *read({ after, follow, signal }: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    let position = after === undefined ? 0 : Number(after);
    const end = follow ? Number.MAX_SAFE_INTEGER : Number(this.head()?.position ?? 0);
    while (position < end) {
      await this.#turns.due();
      // Only those who follow have no end of their own: others must not take what they have read for all there is.
      if (signal?.aborted || (follow && this.#isClosed)) return;
      const news = follow ? this.#wake.news : 0;
      const page = this.#pageBehind(position, end);
      if (page.items.length > 0) position = page.lastPosition;
      else if (!follow) return;
      yield page.items;
      if (page.more) await betweenPages(undefined);
      if (page.items.length === 0) await this.#wake.after(news, signal);
    }
  }

  /** Ends those who follow. */
  close(): void {
    this.#isClosed = true;
    this.#wake.close();
  }

  #pageBehind(position: number, end: number) {
    return translating(this.#path, () => readPage(this.#page, [position, end], PAGE_EVENTS_MAX, entryOf));
  }
}

function entryOf(row: StoredEventRow): FeedEntry {
  return { event: eventOf(row), position: String(row[0]) };
}
