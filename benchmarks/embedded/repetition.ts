import { CONTENDERS } from './contenders.ts';
import { WORKS } from './works.ts';

/** One repetition of one contender at one work, in a process and a folder of its own. Prints what it measured. */
const [contenderName = '', workName = '', folder = '', storedEvents = ''] = process.argv.slice(2);
const entry = CONTENDERS.find(({ name }) => name === contenderName);
const work = WORKS[workName];
if (entry === undefined || work === undefined) throw new TypeError(`no such pair: ${contenderName}, ${workName}`);
console.log(JSON.stringify(await work.run({ entry, folder, storedEvents: Number(storedEvents) })));
