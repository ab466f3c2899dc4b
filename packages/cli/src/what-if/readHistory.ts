import { ANONYMOUS, type GovernedEventStore, type RecordedEvent } from '@nexus/shared';
import type { JudgedItem } from './protocol.ts';

/** Which event something is said of. */
export interface EventPlace {
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly timestamp: string;
}

/** Events that travel to a thread together. */
export interface HistoryBatch {
  readonly places: readonly EventPlace[];
  /** A JSON text of `JudgedItem`s, one for each place. */
  readonly items: string;
}

const BATCH_EVENTS_MAX = 128;
/** Characters of JSON after which a batch ends. */
const BATCH_CHARACTERS_MAX = 1024 * 1024;

/**
 * The whole history in batches of bounded size, in the order of the feed.
 *
 * @param options.withActors - whether the rules ask who appended; without it, receipts are not read
 */
export async function* readBatches(
  store: GovernedEventStore,
  { signal, withActors }: { readonly signal: AbortSignal; readonly withActors: boolean },
): AsyncGenerator<HistoryBatch, void, undefined> {
  let batch = new BatchBuilder();
  for await (const item of withActors ? itemsWithActors(store, signal) : itemsWithout(store, signal)) {
    batch.add(item);
    if (!batch.isFull) continue;
    yield batch.build();
    batch = new BatchBuilder();
  }
  if (!batch.isEmpty) yield batch.build();
}

/** By who appended it and when; what was taken over from another store, by who appended it there. */
async function* itemsWithActors(store: GovernedEventStore, signal: AbortSignal): AsyncGenerator<JudgedItem> {
  for await (const { event, receipt } of store.exportHistory({ signal })) {
    const { actor, decidedAt } = receipt.origin?.receipt ?? receipt;
    yield itemOf(event, { principal: actor, now: decidedAt });
  }
}

async function* itemsWithout(store: GovernedEventStore, signal: AbortSignal): AsyncGenerator<JudgedItem> {
  for await (const event of store.exportEvents({ signal })) {
    yield itemOf(event, { principal: ANONYMOUS, now: event.recorded.recordedAt });
  }
}

/** The event as its client stated it: what was recorded beside it is not what rules see. */
function itemOf({ recorded, ...event }: RecordedEvent, by: Pick<JudgedItem, 'principal' | 'now'>): JudgedItem {
  const { schemaVersion } = recorded;
  return { event, ...by, ...(schemaVersion === undefined ? {} : { recordedVersion: schemaVersion }) };
}

class BatchBuilder {
  readonly #places: EventPlace[] = [];
  readonly #texts: string[] = [];
  #characters = 0;

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  get isFull(): boolean {
    return this.#places.length >= BATCH_EVENTS_MAX || this.#characters >= BATCH_CHARACTERS_MAX;
  }

  add(item: JudgedItem): void {
    const text = JSON.stringify(item);
    this.#places.push(placeOf(item.event));
    this.#texts.push(text);
    this.#characters += text.length;
  }

  build(): HistoryBatch {
    return { places: this.#places, items: `[${this.#texts.join(',')}]` };
  }
}

export function placeOf(event: EventPlace): EventPlace {
  const { aggregateId, aggregateVersion, eventId, eventType, timestamp } = event;
  return { aggregateId, aggregateVersion, eventId, eventType, timestamp };
}
