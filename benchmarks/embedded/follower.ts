import { CONTENDERS } from './contenders.ts';

/** Follows the feed of a store in a process of its own, and sends the time of each call of the handler. */
const [contenderName = '', path = ''] = process.argv.slice(2);
const contender = await CONTENDERS.find(({ name }) => name === contenderName)?.open(path);
if (contender?.follow === undefined) throw new TypeError(`${contenderName} has no feed`);
process.once('disconnect', () => contender.close());
await contender.follow(() => process.send?.(String(process.hrtime.bigint())));
process.send?.('ready');
