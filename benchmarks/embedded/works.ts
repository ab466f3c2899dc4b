import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../table.ts';
import type { Contender } from './Contender.ts';
import { EVENT_TYPES, eventOf, eventsOf, START_MS } from './events.ts';
import { appendToOtherProcess } from './handlerElsewhere.ts';
import { importFile } from './importFile.ts';
import { APPEND_MS, latencies, READ_MS, repeat, WARM_UP_MS } from './repeat.ts';
import { start } from './start.ts';
import { storeAggregate, storeAggregates } from './storing.ts';
import { streamAggregate, streamFeed } from './stream.ts';
import { type Measurement, onStore, type Work } from './Work.ts';

const RESULTS = 100;

function perSecond(times: readonly number[], eventsPerCall: number): number {
  const total = times.reduce((sum, time) => sum + time, 0);
  return (times.length * eventsPerCall * 1_000) / total;
}

/** A contender that finds less than was stored would be quick. */
function expectEvents(found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`${found} events were read, not ${expected}`);
}

function oneWriter(eventsPerAppend: number): Work['run'] {
  return onStore(async (contender) => {
    const before = contender.commits();
    let appends = 0;
    const times = await repeat(APPEND_MS, (index) => {
      appends++;
      return contender.append(eventsOf('order-1', index * eventsPerAppend + 1, eventsPerAppend, index));
    });
    const commitsPerAppend = (contender.commits() - before) / appends;
    return { eventsPerSecond: perSecond(times, eventsPerAppend), ...latencies(times), commitsPerAppend };
  });
}

const WRITERS = 64;

/** Each writer on an aggregate of its own, one append after the other. @returns the times of the appends, in ms */
async function writeSideBySide(contender: Contender, durationMs: number, prefix: string): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + durationMs;
  const write = async (writer: number) => {
    for (let version = 1; performance.now() < until; version++) {
      const began = performance.now();
      await contender.append([eventOf(`${prefix}-${writer}`, version, version)]);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  return times;
}

async function manyWriters(contender: Contender): Promise<Measurement> {
  await writeSideBySide(contender, WARM_UP_MS, 'warm-up');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // The measure's timer has to fire before and after the work: a loop that was kept all the time lets none fire between.
  await sleep(5);
  const before = contender.commits();
  const start = performance.now();
  const times = await writeSideBySide(contender, APPEND_MS, 'order');
  const durationMs = performance.now() - start;
  await sleep(5);
  delay.disable();
  return {
    eventsPerSecond: (times.length * 1_000) / durationMs,
    ...latencies(times),
    commitsPerAppend: (contender.commits() - before) / times.length,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  };
}

function reads(events: number): Work['run'] {
  return onStore(async (contender) => {
    await storeAggregate(contender, 'order-1', events);
    const times = await repeat(READ_MS, async () => expectEvents(await contender.read('order-1'), events));
    return { eventsPerSecond: perSecond(times, events), p50Ms: median(times) };
  });
}

async function typeAndTime(contender: Contender, storedEvents: number): Promise<Measurement> {
  await storeAggregates(contender, storedEvents);
  const middle = new Date(START_MS + (storedEvents / 2) * 1_000).toISOString();
  const times = await repeat(READ_MS, async (index) => {
    const eventType = EVENT_TYPES[index % EVENT_TYPES.length] as string;
    const found = await contender.readByTypeAndTime(eventType, middle, '2030-01-01T00:00:00.000Z', RESULTS);
    expectEvents(found, Math.min(RESULTS, Math.floor(storedEvents / 2 / EVENT_TYPES.length)));
  });
  return { p50Ms: median(times) };
}

/** Each append to a new aggregate, whose place in the index is far from that of the last. */
async function appendToStored(contender: Contender, storedEvents: number): Promise<Measurement> {
  await storeAggregates(contender, storedEvents);
  const times = await repeat(APPEND_MS, (index) => {
    const scattered = Math.imul(index, 0x9e3779b1) >>> 0;
    return contender.append([eventOf(`order-${scattered}-${index}`, 1, scattered % Math.max(1, storedEvents))]);
  });
  return { eventsPerSecond: perSecond(times, 1), ...latencies(times) };
}

async function appendToHandler(contender: Contender): Promise<Measurement> {
  let handled = Promise.withResolvers<void>();
  await contender.follow?.(() => handled.resolve());
  const appendAndHandle = async (index: number) => {
    handled = Promise.withResolvers<void>();
    await Promise.all([contender.append([eventOf('order-1', index + 1, index)]), handled.promise]);
  };
  const times = await repeat(APPEND_MS, appendAndHandle, () => contender.settle?.());
  return latencies(times);
}

export const WORKS: Readonly<Record<string, Work>> = {
  'append-1': { name: 'append 1 event, one writer', kind: 'append', run: oneWriter(1) },
  'append-10': { name: 'append 10 events, one writer', kind: 'append', run: oneWriter(10) },
  'append-64': { name: 'append 1 event, 64 writers', kind: 'append', run: onStore(manyWriters) },
  'append-to-stored': {
    name: 'append 1 event behind many',
    kind: 'append',
    isLong: true,
    takesEvents: true,
    run: onStore(appendToStored),
  },
  'read-10': { name: 'read 10 events', kind: 'read', run: reads(10) },
  'read-100': { name: 'read 100 events', kind: 'read', run: reads(100) },
  'read-10000': { name: 'read 10,000 events', kind: 'read', run: reads(10_000) },
  'type-and-time': { name: '100 of a type, by time', kind: 'search', takesEvents: true, run: onStore(typeAndTime) },
  'append-to-handler': { name: 'append to handler, one process', kind: 'feed', run: onStore(appendToHandler) },
  'handler-of-another-process': {
    name: 'append to handler of another process',
    kind: 'feed-elsewhere',
    run: appendToOtherProcess,
  },
  start: { name: 'start of a process to its first append', kind: 'start', run: start },
  import: { name: 'import of a file', kind: 'import', isLong: true, takesEvents: true, run: importFile },
  'stream-aggregate': {
    name: 'all events of an aggregate, streamed',
    kind: 'stream',
    isLong: true,
    takesEvents: true,
    run: streamAggregate,
  },
  'stream-feed': { name: 'the whole feed, streamed', kind: 'stream', isLong: true, takesEvents: true, run: streamFeed },
};
