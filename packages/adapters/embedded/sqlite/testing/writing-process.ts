import { flushCompileCache } from 'node:module';
import { SqliteEventStore } from '../../SqliteEventStore.ts';
import { appendsOf } from './appendsOf.ts';

/**
 * A process that tests start and kill: `PATH SEED WRITERS`, where WRITERS is JSON, from each writer to the number of its
 * first append that is not acknowledged. All writers append at once, without an end. Prints `opens`, and then
 * `WRITER NUMBER RECEIPT REPLAYED` for each append as soon as it is acknowledged.
 */
const [, , path = '', seed = '', writers = '{}'] = process.argv;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function write(store: SqliteEventStore, writer: string, first: number): Promise<void> {
  let number = 0;
  for (const events of appendsOf(seed, writer)) {
    if (number >= first) {
      const { receipts, replayed } = await store.append(events);
      say(`${writer} ${number} ${receipts.map(({ receiptId }) => receiptId)} ${replayed}`);
    }
    number++;
  }
}

flushCompileCache();
say('opens');
const store = new SqliteEventStore({ path });
const firsts: Record<string, number> = JSON.parse(writers);
await Promise.all(Object.entries(firsts).map(([writer, first]) => write(store, writer, first)));
