import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DomainEvent } from '@nexus/shared';
import { RawSqlite } from './RawSqlite.ts';

/** A file of JSON lines into the bare database: each event under the condition on its version, 1,000 a transaction. */
const LINES_TOGETHER = 1_000;
const [file = '', path = ''] = process.argv.slice(2);
const database = new RawSqlite(path);
let waiting: DomainEvent[][] = [];
let stored = 0;

function flush(): void {
  if (waiting.length > 0) database.transact(waiting);
  stored += waiting.length;
  waiting = [];
}

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
  waiting.push([JSON.parse(line) as DomainEvent]);
  if (waiting.length === LINES_TOGETHER) flush();
}
flush();
await database.close();
console.log(JSON.stringify({ stored }));
