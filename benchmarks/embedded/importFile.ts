import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeName } from '@nexus/adapters/embedded';
import type { DomainEvent } from '@nexus/shared';
import { measureProcess } from '../childProcess.ts';
import { EVENT_TYPES, eventOf } from './events.ts';
import { SCHEMA } from './Nexus.ts';
import { type Measurement, type Place, storeIn } from './Work.ts';

const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/nexus.js');
const IMPORT_RAW = fileURLToPath(import.meta.resolve('./importRaw.ts'));
const LINES_TOGETHER = 1_000;
const AGGREGATES_AT_A_TIME = 50;

/** What {@link Nexus} has as functions, as the command reads it. */
const POLICIES: Readonly<Record<string, string>> = {
  'large-total-needs-manager': 'event.payload.total <= 10000.0',
  'user-is-named': 'has(event.metadata.userId)',
  'euros-only': "event.payload.currency == 'EUR'",
};

/** A file of JSON lines into a new store, by a process that is measured from its start to its end. */
export async function importFile({ entry, folder, storedEvents }: Place): Promise<Measurement> {
  const file = join(folder, 'events.jsonl');
  await writeLines(file, storedEvents);
  const parameters =
    entry.name === 'Nexus' ? [COMMAND, ...importBy(folder, file)] : [IMPORT_RAW, file, storeIn(folder)];
  const { seconds, out, memoryMiBMax } = await measureProcess(parameters);
  const { stored } = JSON.parse(out) as { readonly stored: number };
  if (stored !== storedEvents) throw new RangeError(`${stored} events were imported, not ${storedEvents}`);
  return { eventsPerSecond: storedEvents / seconds, memoryMiBMax };
}

async function writeLines(path: string, events: number): Promise<void> {
  const file = createWriteStream(path);
  for (let from = 0; from < events; from += LINES_TOGETHER) {
    const size = Math.min(LINES_TOGETHER, events - from);
    const lines = Array.from({ length: size }, (_, index) => JSON.stringify(interleaved(from + index)));
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** Of each thousand lines, 50 aggregates have 20 in turn, as in the log of a service that is used by many. */
function interleaved(serial: number): DomainEvent {
  const within = serial % LINES_TOGETHER;
  const first = ((serial - within) / LINES_TOGETHER) * AGGREGATES_AT_A_TIME;
  const version = Math.floor(within / AGGREGATES_AT_A_TIME) + 1;
  return eventOf(`order-${first + (within % AGGREGATES_AT_A_TIME)}`, version, serial);
}

function importBy(folder: string, file: string): string[] {
  for (const type of EVENT_TYPES) {
    const versions = join(folder, 'schemas', encodeName(type));
    mkdirSync(versions, { recursive: true });
    writeFileSync(join(versions, '1.json'), JSON.stringify(SCHEMA));
  }
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'all.yaml'), Object.entries(POLICIES).map(policyOf).join('\n---\n'));
  const config = join(folder, 'nexus.config.json');
  writeFileSync(config, JSON.stringify({ schemas: { folder: 'schemas' }, policies: { folder: 'policies' } }));
  return ['import', file, '--config', config, '--store', `sqlite:${storeIn(folder)}`, '--json'];
}

function policyOf([name, expression]: [string, string]): string {
  const spec = { validations: [{ expression, message: name }] };
  return JSON.stringify({ apiVersion: 'nexus/v1', kind: 'Policy', metadata: { name }, spec });
}
