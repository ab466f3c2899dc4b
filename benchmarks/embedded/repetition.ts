import { join } from 'node:path';
import type { Contender } from './Contender.ts';
import { Nexus } from './Nexus.ts';
import { RawSqlite, RawSqliteGroups } from './RawSqlite.ts';
import { WORKS } from './works.ts';

/** One repetition of one contender at one work, in a process and on a file of its own. Prints what it measured. */
const CONTENDERS: Readonly<Record<string, new (path: string) => Contender>> = {
  'node:sqlite': RawSqlite,
  'node:sqlite, group commit': RawSqliteGroups,
  Nexus,
};

const [contenderName = '', workName = '', folder = '', storedEvents = ''] = process.argv.slice(2);
const ContenderClass = CONTENDERS[contenderName];
const work = WORKS[workName];
if (ContenderClass === undefined || work === undefined)
  throw new TypeError(`no such pair: ${contenderName}, ${workName}`);
const contender = new ContenderClass(join(folder, 'store.db'));
console.log(JSON.stringify(await work.run(contender, Number(storedEvents))));
await contender.close();
