import { join } from 'node:path';
import { CONTENDERS } from './contenders.ts';
import { WORKS } from './works.ts';

/**
 * One repetition of one contender at one work, in a process and on a file of its own. Prints what it measured, and how
 * many transactions it committed in all.
 */
const [contenderName = '', workName = '', folder = '', storedEvents = ''] = process.argv.slice(2);
const contender = await CONTENDERS.find(({ name }) => name === contenderName)?.open(join(folder, 'store.db'));
const work = WORKS[workName];
if (contender === undefined || work === undefined) throw new TypeError(`no such pair: ${contenderName}, ${workName}`);
const measurement = await work.run(contender, Number(storedEvents));
console.log(JSON.stringify({ ...measurement, commits: contender.commits() }));
await contender.close();
