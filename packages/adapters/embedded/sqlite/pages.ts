import type { StatementSync } from 'node:sqlite';
import { setImmediate as immediate } from 'node:timers/promises';
import { type StoredEventRow, sizeOf } from './eventRows.ts';

/** Most events of one page: it bounds how long a read keeps the event loop. */
export const PAGE_EVENTS_MAX = 512;
/** A page of so few events is fetched in one call, which is quicker than row by row. */
export const SMALL_PAGE_EVENTS = 32;
/** Characters of JSON after which a larger page ends. */
const PAGE_CHARACTERS_MAX = 1024 * 1024;

export interface StoredPage<Item> {
  readonly items: readonly Item[];
  /** Position in the feed of the last one; 0 for an empty page. */
  readonly lastPosition: number;
  readonly characters: number;
  /** Whether the statement may have more. */
  readonly more: boolean;
}

/** Reads one page and leaves no statement open. The statement's last parameter is its LIMIT. */
export function readPage<Item>(
  statement: StatementSync,
  parameters: readonly (string | number)[],
  limit: number,
  itemOf: (row: StoredEventRow) => Item,
): StoredPage<Item> {
  const items: Item[] = [];
  let lastPosition = 0;
  let characters = 0;
  const isSmall = limit <= SMALL_PAGE_EVENTS;
  const rows: Iterable<unknown> = isSmall
    ? statement.all(...parameters, limit)
    : statement.iterate(...parameters, limit);
  for (const stored of rows) {
    const row = stored as StoredEventRow;
    items.push(itemOf(row));
    lastPosition = row[0];
    characters += sizeOf(row);
    if (!isSmall && characters >= PAGE_CHARACTERS_MAX) return { items, lastPosition, characters, more: true };
  }
  return { items, lastPosition, characters, more: items.length === limit };
}

/** Lets the event loop do everything else that waits, between two pages. */
export async function betweenPages(signal: AbortSignal | undefined): Promise<void> {
  await immediate();
  signal?.throwIfAborted();
}
