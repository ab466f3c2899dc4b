import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { measureProcess, memoryMiBMaxOf } from '../childProcess.ts';
import type { Contender } from './Contender.ts';
import { type Measurement, type Place, storeIn, type Work } from './Work.ts';

const STORE_EVENTS = fileURLToPath(import.meta.resolve('./storeEvents.ts'));
/** The one aggregate of the store that is streamed by aggregate. */
export const STREAMED_AGGREGATE = 'order-1';

export const streamAggregate: Work['run'] = streamed('aggregate', async (contender, _events, onEvent) => {
  await contender.streamAggregate?.(STREAMED_AGGREGATE, onEvent);
});

export const streamFeed: Work['run'] = streamed('feed', async (contender, events, onEvent) => {
  await contender.streamFeed?.(events, onEvent);
});

type Stream = (contender: Contender, events: number, onEvent: () => void) => Promise<void>;

/** Another process stores the events, so that the memory is that of reading alone. */
function streamed(source: 'aggregate' | 'feed', stream: Stream): Work['run'] {
  return async (place) => {
    await measureProcess([STORE_EVENTS, place.entry.name, source, place.folder, String(place.storedEvents)]);
    return measure(place, stream);
  };
}

/** The heap is measured after the first tenth, when all that a stream needs is there, and at the last event. */
async function measure({ entry, folder, storedEvents }: Place, stream: Stream): Promise<Measurement> {
  const collect = garbageCollector();
  const contender = await entry.open(storeIn(folder));
  const marks = new Map([Math.ceil(storedEvents / 10), storedEvents].map((mark) => [mark, 0]));
  let found = 0;
  let pausedMs = 0;
  const start = performance.now();
  await stream(contender, storedEvents, () => {
    if (!marks.has(++found)) return;
    const before = performance.now();
    collect();
    marks.set(found, process.memoryUsage().heapUsed);
    pausedMs += performance.now() - before;
  });
  const seconds = (performance.now() - start - pausedMs) / 1_000;
  await contender.close();
  if (found !== storedEvents) throw new RangeError(`${found} events were streamed, not ${storedEvents}`);
  const [early = 0, late = 0] = marks.values();
  return {
    eventsPerSecond: found / seconds,
    memoryMiBMax: memoryMiBMaxOf('self'),
    heapGrowthMiB: (late - early) / 2 ** 20,
  };
}

/** Of this process, which was started without the flag for it. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
