import {
  type Commit,
  compareUtf8,
  InvalidEventError,
  type JournalAppendResult,
  type RecordedEvent,
  type TimePage,
  type TimeRange,
} from '@nexus/shared';
import { ForwardingJournal } from '../ForwardingJournal.ts';
import type { BrokenJournal } from './BrokenJournal.ts';
import { placeOf } from './commits.ts';

const EVENTS_LOOKED_AT = 1_000;

/** Keeps the time of an event to the second. */
class KeepingSeconds extends ForwardingJournal {
  override queryByTime(range: TimeRange): Promise<TimePage> {
    const secondOf = (time: string) => time.replace(/\.\d{3}Z$/, '.000Z');
    return this.inner.queryByTime({ ...range, startTime: secondOf(range.startTime), endTime: secondOf(range.endTime) });
  }
}

/** Gives the newest events where there are more than the limit. */
class GivingTheNewest extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime({ ...range, limit: EVENTS_LOOKED_AT });
    return { ...page, events: page.events.slice(-range.limit) };
  }
}

/** Keeps times as ms since 1970, unsigned. */
class LosingBefore1970 extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    return { ...page, events: page.events.filter(({ timestamp }) => timestamp >= '1970') };
  }
}

/** Indexes all events of an append by the time of its first one. */
class IndexingByTheFirst extends ForwardingJournal {
  readonly #times = new Map<string, string>();

  override append(commit: Commit): Promise<JournalAppendResult> {
    const time = commit.events[0]?.event.timestamp ?? '';
    for (const { event } of commit.events) this.#times.set(placeOf(event), time);
    return this.inner.append(commit);
  }

  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    const isIndexedThere = (event: RecordedEvent) => {
      const time = this.#times.get(placeOf(event)) ?? '';
      return time >= range.startTime && time <= range.endTime;
    };
    return { ...page, events: page.events.filter(isIndexedThere) };
  }
}

/** Refuses what is older than the event before it. */
class RefusingStepsBack extends ForwardingJournal {
  override async append(commit: Commit): Promise<JournalAppendResult> {
    const times = commit.events.map(({ event }) => event.timestamp);
    const stepsBack = times.some((time, index) => time < (times[index - 1] ?? ''));
    if (stepsBack) throw new InvalidEventError([{ pointer: '/timestamp', keyword: 'order', message: 'steps back' }]);
    return this.inner.append(commit);
  }
}

/** Looks at a thousand events of any type, and takes what it finds among them for all there is. */
class LookingAtSoMany extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const events: RecordedEvent[] = [];
    for await (const page of this.inner.scan()) events.push(...page);
    const isWithin = ({ timestamp }: RecordedEvent) => timestamp >= range.startTime && timestamp <= range.endTime;
    const inOrder = events
      .filter(isWithin)
      .sort((left, right) => compareUtf8(left.timestamp + left.aggregateId, right.timestamp + right.aggregateId));
    const found = inOrder.slice(0, EVENTS_LOOKED_AT).filter(({ eventType }) => eventType === range.eventType);
    return { events: found, more: false, scannedThrough: range.endTime, settledThrough: range.endTime };
  }
}

/** Hands out what it has found after some time, be it nothing, and says that there is more. */
class GivingEmptyPages extends ForwardingJournal {
  override async queryByTime(range: TimeRange): Promise<TimePage> {
    const page = await this.inner.queryByTime(range);
    return range.after === undefined ? { ...page, events: [], more: true, scannedThrough: range.startTime } : page;
  }
}

export const BROKEN_TIMES: readonly BrokenJournal[] = [
  {
    name: 'keeps times to the second',
    caughtBy: '5.time-range-is-inclusive',
    wrap: (good) => new KeepingSeconds(good),
  },
  {
    name: 'gives the newest events in place of the oldest',
    caughtBy: '5.time-range-limit',
    wrap: (good) => new GivingTheNewest(good),
  },
  {
    name: 'loses times before 1970',
    caughtBy: '0.years-1-to-9999',
    wrap: (good) => new LosingBefore1970(good),
  },
  {
    name: 'indexes an append by the time of its first event',
    caughtBy: '0.times-far-apart-in-one-append',
    wrap: (good) => new IndexingByTheFirst(good),
  },
  {
    name: 'refuses timestamps that step back',
    caughtBy: '0.time-may-step-back',
    wrap: (good) => new RefusingStepsBack(good),
  },
  {
    name: 'stops at a page that found nothing',
    caughtBy: '5.pages-advance-past-what-does-not-match',
    wrap: (good) => new LookingAtSoMany(good),
  },
  {
    name: 'gives an empty page though there is more',
    caughtBy: '5.pages-hold-everything-once',
    wrap: (good) => new GivingEmptyPages(good),
  },
];
