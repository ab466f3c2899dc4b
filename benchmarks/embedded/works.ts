import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Contender } from './Contender.ts';
import { EVENT_TYPES, eventOf, eventsOf } from './events.ts';

/** What one repetition measured. */
export interface Measurement {
  /** Events each second; absent where only a latency is measured. */
  readonly eventsPerSecond?: number;
  /** Median time of one call, in ms. */
  readonly p50Ms: number;
  /** Transactions committed for each append; absent for reads. */
  readonly commitsPerAppend?: number;
  /** 99th percentile of the event loop's delay, in ms. */
  readonly loopDelayP99Ms?: number;
}

export interface Work {
  readonly name: string;
  /** Only contenders with a feed take part. */
  readonly needsFeed?: true;
  run(contender: Contender, storedEvents: number): Promise<Measurement>;
}

const APPEND_MS = 1_500;
const READ_MS = 700;

/** Calls one after the other for a while, after a short warm-up. @returns the times of the calls, in ms */
async function repeat(durationMs: number, call: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const warmUntil = performance.now() + durationMs / 5;
  let index = 0;
  while (performance.now() < warmUntil) await call(index++);
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    const start = performance.now();
    await call(index++);
    times.push(performance.now() - start);
  }
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function perSecond(times: readonly number[], eventsPerCall: number): number {
  const total = times.reduce((sum, time) => sum + time, 0);
  return (times.length * eventsPerCall * 1_000) / total;
}

function oneWriter(eventsPerAppend: number): Work['run'] {
  return async (contender) => {
    const before = contender.commits();
    let appends = 0;
    const times = await repeat(APPEND_MS, (index) => {
      appends++;
      return contender.append(eventsOf('order-1', index * eventsPerAppend + 1, eventsPerAppend, index));
    });
    const commitsPerAppend = (contender.commits() - before) / appends;
    return { eventsPerSecond: perSecond(times, eventsPerAppend), p50Ms: median(times), commitsPerAppend };
  };
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
  await writeSideBySide(contender, APPEND_MS / 5, 'warm-up');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = contender.commits();
  const start = performance.now();
  delay.enable();
  const times = await writeSideBySide(contender, APPEND_MS, 'order');
  delay.disable();
  return {
    eventsPerSecond: (times.length * 1_000) / (performance.now() - start),
    p50Ms: median(times),
    commitsPerAppend: (contender.commits() - before) / times.length,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  };
}

function reads(events: number): Work['run'] {
  return async (contender) => {
    for (let version = 1; version <= events; version += 1_000) {
      await contender.append(eventsOf('order-1', version, Math.min(1_000, events - version + 1), version));
    }
    const times = await repeat(READ_MS, () => contender.read('order-1'));
    return { eventsPerSecond: perSecond(times, events), p50Ms: median(times) };
  };
}

async function typeAndTime(contender: Contender, storedEvents: number): Promise<Measurement> {
  for (let serial = 0; serial < storedEvents; serial += 1_000) {
    await contender.append(eventsOf(`order-${serial}`, 1, 1_000, serial));
  }
  const middle = new Date(Date.parse('2026-01-01T00:00:00.000Z') + (storedEvents / 2) * 1_000).toISOString();
  const times = await repeat(READ_MS, (index) =>
    contender.readByTypeAndTime(
      EVENT_TYPES[index % EVENT_TYPES.length] as string,
      middle,
      '2030-01-01T00:00:00.000Z',
      100,
    ),
  );
  return { p50Ms: median(times) };
}

async function appendToHandler(contender: Contender): Promise<Measurement> {
  let handled = Promise.withResolvers<void>();
  await contender.follow?.(() => handled.resolve());
  const times = await repeat(APPEND_MS, async (index) => {
    handled = Promise.withResolvers<void>();
    await Promise.all([contender.append([eventOf('order-1', index + 1, index)]), handled.promise]);
  });
  return { p50Ms: median(times) };
}

export const WORKS: Readonly<Record<string, Work>> = {
  'append-1': { name: 'append 1 event, one writer', run: oneWriter(1) },
  'append-10': { name: 'append 10 events, one writer', run: oneWriter(10) },
  'append-64': { name: 'append 1 event, 64 writers', run: manyWriters },
  'read-10': { name: 'read 10 events', run: reads(10) },
  'read-100': { name: 'read 100 events', run: reads(100) },
  'read-10000': { name: 'read 10,000 events', run: reads(10_000) },
  'type-and-time': { name: '100 of a type, by time', run: typeAndTime },
  'append-to-handler': { name: 'append to handler, one process', needsFeed: true, run: appendToHandler },
};
