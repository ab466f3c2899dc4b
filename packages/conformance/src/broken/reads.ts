import {
  type AggregateRange,
  type Commit,
  type JournalAppendResult,
  type RecordedEvent,
  StoreUnavailableError,
  type TimePage,
  type TimeRange,
} from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';

const PAGE_EVENTS = 100;

type Pages = AsyncGenerator<readonly RecordedEvent[]>;

/** Reads in pages, and takes the last but one for the end. */
class LosingTheLastPage extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    const events: RecordedEvent[] = [];
    for await (const page of this.inner.readAggregate(aggregateId, range)) events.push(...page);
    const pages = Math.max(1, Math.ceil(events.length / PAGE_EVENTS) - 1);
    for (let page = 0; page < pages; page++) yield events.slice(page * PAGE_EVENTS, (page + 1) * PAGE_EVENTS);
  }
}

/** Takes the first page for all there is. */
class ReadingTheFirstPage extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    for await (const page of this.inner.readAggregate(aggregateId, range)) {
      yield page;
      return;
    }
  }
}

/** Reads all there is before it hands out the first page. */
class ReadingAllAtOnce extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    const events: RecordedEvent[] = [];
    for await (const page of this.inner.readAggregate(aggregateId, range)) events.push(...page);
    for (let read = 0; read < events.length; read += PAGE_EVENTS) yield events.slice(read, read + PAGE_EVENTS);
  }
}

/** Locks out writers while it reads, and for good where its reader leaves before the end. */
class LockingWhileItReads extends ForwardingJournal {
  #readers = 0;

  override async append(commit: Commit): Promise<JournalAppendResult> {
    if (this.#readers > 0) throw new StoreUnavailableError('The database is locked; try again', { reason: 'busy' });
    return this.inner.append(commit);
  }

  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    this.#readers++;
    yield* this.inner.readAggregate(aggregateId, range);
    this.#readers--;
  }
}

/** Treats the last version that is asked for as exclusive. */
class ExcludingTheLastVersion extends ForwardingJournal {
  override readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]> {
    const toVersion = range.toVersion === undefined ? undefined : range.toVersion - 1;
    return this.inner.readAggregate(aggregateId, { ...range, toVersion });
  }
}

/** Begins one version before the one that a reader asks for. */
class RepeatingTheFirst extends ForwardingJournal {
  override readAggregate(aggregateId: string, range: AggregateRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.inner.readAggregate(aggregateId, { ...range, fromVersion: Math.max(1, range.fromVersion - 1) });
  }
}

/** Goes on to whatever the end has become. */
class ReadingAMovingEnd extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    yield* this.inner.readAggregate(aggregateId, range);
    if (range.direction === 'backward' || range.toVersion !== undefined || range.limit !== undefined) return;
    for (let read = range.fromVersion; ; ) {
      const version = await this.inner.getVersion(aggregateId);
      if (version < read) return;
      const rest = { ...range, fromVersion: Math.max(read, version) };
      read = version + 1;
      yield* this.inner.readAggregate(aggregateId, rest);
    }
  }
}

/** Counts the limit of a backward read from the wrong end. */
class LimitingFromTheWrongEnd extends ForwardingJournal {
  override async *readAggregate(aggregateId: string, range: AggregateRange): Pages {
    if (range.direction === 'forward') {
      yield* this.inner.readAggregate(aggregateId, range);
      return;
    }
    const events: RecordedEvent[] = [];
    for await (const page of this.inner.readAggregate(aggregateId, { ...range, direction: 'forward' })) {
      events.push(...page);
    }
    yield events.reverse();
  }
}

/** Treats the end of a time range as exclusive. */
class ExcludingTheEnd extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    return { ...page, events: page.events.filter(({ timestamp }) => timestamp < range.endTime) };
  }
}

/** Orders ids as JavaScript compares strings. */
class OrderingByUtf16 extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    const keyOf = ({ timestamp, aggregateId }: RecordedEvent) => timestamp + aggregateId;
    const events = page.events.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
    return { ...page, events };
  }
}

/** Pages by timestamp alone, and loses the others of the same millisecond. */
class PagingByTimestampAlone extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    const { after } = range;
    if (after === undefined) return page;
    return { ...page, events: page.events.filter(({ timestamp }) => timestamp > after.timestamp) };
  }
}

/** Finds only one event of an id. */
class FindingOneOfMany extends ForwardingJournal {
  override async findByEventId(eventId: string): Promise<readonly RecordedEvent[]> {
    return (await this.inner.findByEventId(eventId)).slice(0, 1);
  }
}

/** Scans the aggregates in another order than that of the bytes of their ids. */
class ScanningInAnotherOrder extends ForwardingJournal {
  override async *scan(): Pages {
    const events: RecordedEvent[] = [];
    for await (const page of this.inner.scan()) events.push(...page);
    const aggregates = Map.groupBy(events, ({ aggregateId }) => aggregateId);
    for (const aggregateId of [...aggregates.keys()].sort()) yield aggregates.get(aggregateId) ?? [];
  }
}

export const BROKEN_READS: readonly BrokenJournal[] = [
  {
    name: 'loses the last page of a read',
    caughtBy: '5.long-aggregate-is-whole',
    wrap: (good) => new LosingTheLastPage(good),
  },
  {
    name: 'reads only the first page',
    caughtBy: '5.long-aggregate-is-whole',
    wrap: (good) => new ReadingTheFirstPage(good),
  },
  {
    name: 'reads an aggregate into memory before it hands it out',
    caughtBy: '5.bounded-memory',
    wrap: (good) => new ReadingAllAtOnce(good),
  },
  {
    name: 'holds on to a read that its reader has left',
    caughtBy: '5.break-releases',
    wrap: (good) => new LockingWhileItReads(good),
  },
  {
    name: 'leaves out the last version that is asked for',
    caughtBy: '5.bounds-are-inclusive',
    wrap: (good) => new ExcludingTheLastVersion(good),
  },
  {
    name: 'gives the last event of a snapshot a second time',
    caughtBy: '5.fold-from-a-snapshot',
    wrap: (good) => new RepeatingTheFirst(good),
  },
  {
    name: 'reads on to an end that moves',
    caughtBy: '5.stream-ends-where-it-began',
    wrap: (good) => new ReadingAMovingEnd(good),
  },
  {
    name: 'limits a backward read from the wrong end',
    caughtBy: '5.stream-bounds-and-limit',
    wrap: (good) => new LimitingFromTheWrongEnd(good),
  },
  {
    name: 'leaves out the last millisecond of a time range',
    caughtBy: '5.time-range-is-inclusive',
    wrap: (good) => new ExcludingTheEnd(good),
  },
  { name: 'orders ids by UTF-16', caughtBy: '5.time-order', wrap: (good) => new OrderingByUtf16(good) },
  {
    name: 'loses events of equal timestamps between two pages',
    caughtBy: '5.pages-hold-everything-once',
    wrap: (good) => new PagingByTimestampAlone(good),
  },
  {
    name: 'finds one of several events with an id',
    caughtBy: '5.find-by-event-id',
    wrap: (good) => new FindingOneOfMany(good),
  },
  {
    name: 'scans in the order of UTF-16',
    caughtBy: '5.content-digest',
    wrap: (good) => new ScanningInAnotherOrder(good),
  },
];
