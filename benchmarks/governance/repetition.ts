import { WORKS } from './works.ts';

/** One repetition of one contender at one work, in a process and a folder of its own. Prints what it measured. */
const DURATION_MS = 1_500;
const [contender = '', workName = '', folder = ''] = process.argv.slice(2);
const work = WORKS[workName];
if (!work?.contenders().includes(contender)) throw new TypeError(`no such pair: ${contender}, ${workName}`);
console.log(JSON.stringify(await work.run(contender, { durationMs: DURATION_MS, folder })));
