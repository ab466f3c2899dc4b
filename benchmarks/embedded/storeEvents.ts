import { CONTENDERS } from './contenders.ts';
import { storeAggregate, storeAggregates } from './storing.ts';
import { STREAMED_AGGREGATE } from './stream.ts';
import { storeIn } from './Work.ts';

/** Stores events by a contender, for another process to read: all of one aggregate, or of many. */
const [contenderName = '', source = '', folder = '', storedEvents = ''] = process.argv.slice(2);
const contender = await CONTENDERS.find(({ name }) => name === contenderName)?.open(storeIn(folder));
if (contender === undefined) throw new TypeError(`no such contender: ${contenderName}`);
if (source === 'aggregate') await storeAggregate(contender, STREAMED_AGGREGATE, Number(storedEvents));
else await storeAggregates(contender, Number(storedEvents));
await contender.close();
