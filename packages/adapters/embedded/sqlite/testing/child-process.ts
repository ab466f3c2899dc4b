import { setTimeout as sleep } from 'node:timers/promises';
import { isNexusError } from '@nexus/shared';
import { SqliteJournal } from '../../SqliteJournal.ts';
import { commitOf, eventOf } from './commits.ts';

/**
 * A process that tests start: `open PATH TIMES`, `append PATH AGGREGATE COUNT` or `race PATH AGGREGATE VERSIONS`.
 * Each line that it prints is one outcome.
 */
const [, , command, path = '', subject = '', count = '1'] = process.argv;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function open(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const journal = new SqliteJournal({ path });
    say((await journal.identity()).storeId);
    await journal.close();
  }
}

async function append(journal: SqliteJournal, aggregateId: string, times: number): Promise<void> {
  for (let version = 1; version <= times; version++) {
    await journal.append(commitOf([eventOf(aggregateId, version)]));
    say(`${version}`);
  }
}

/** Takes every version that another process does not take first. */
async function race(journal: SqliteJournal, aggregateId: string, versions: number): Promise<void> {
  for (;;) {
    const version = (await journal.getVersion(aggregateId)) + 1;
    if (version > versions) return;
    try {
      const eventId = `${process.pid}-${version}`;
      await journal.append(commitOf([eventOf(aggregateId, version, { eventId })]));
      say(`${version}`);
      await sleep(1);
    } catch (error) {
      if (!isNexusError(error, 'CONCURRENCY_CONFLICT')) throw error;
    }
  }
}

try {
  if (command === 'open') await open(Number(subject));
  else {
    const journal = new SqliteJournal({ path });
    await (command === 'race' ? race : append)(journal, subject, Number(count));
    await journal.close();
  }
} catch (error) {
  say(isNexusError(error) ? `${error.code} ${JSON.stringify(error.details)}` : String(error));
  process.exitCode = 1;
}
